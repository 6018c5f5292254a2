package org.facestream.ingest.worker.kafka;

import java.util.Map;

/**
 * A topic's name without prefix and version, and its explicit settings; owned by the module that
 * writes it.
 *
 * @param thing its content, such as {@code frames}: the full name is {@code cctv.frames.v1}
 * @param settings Kafka topic settings, such as {@code retention.ms}
 * @param ofStreams whether Kafka Streams creates and names it, without a version
 */
public record Topic(String thing, Map<String, String> settings, boolean ofStreams) {
  public Topic {
    settings = Map.copyOf(settings);
  }

  /** A topic that facestream creates. */
  public Topic(String thing, Map<String, String> settings) {
    this(thing, settings, false);
  }

  /** The full name under a prefix. */
  public String name(String prefix) {
    return prefix + "." + thing + (ofStreams ? "" : ".v1");
  }
}
