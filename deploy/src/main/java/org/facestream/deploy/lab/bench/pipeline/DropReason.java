package org.facestream.deploy.lab.bench.pipeline;

import java.util.Map;

/** What the reasons mean for which stages drop records, in words. */
final class DropReason {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry(
              "cameras reader-too-slow",
              "ingest did not read them as fast as the camera sent them"),
          Map.entry("ingest behind", "decoding could not keep up, and skipped to newer pictures"),
          Map.entry("ingest too-old", "older than ingest.max-age before they were sent"),
          Map.entry(
              "ingest buffer-full", "ingest.buffer-bytes was full of frames that wait for Kafka"),
          Map.entry("ingest too-large", "the frame is larger than Kafka accepts"),
          Map.entry("ingest broker-away", "Kafka did not accept them within ingest.send-timeout"),
          Map.entry("ingest send-failed", "Kafka refused them"),
          Map.entry("ingest status-not-taken", "reports of a camera's state, no frames"),
          Map.entry(
              "detector too-old", "older than detector.max-age before the detector chose them"),
          Map.entry("detector overtaken", "the detector is overloaded and chose newer ones"),
          Map.entry("detector unconfirmed-track", "seen only once, possibly not a face"),
          Map.entry("detector not-best-shot", "better faces of the same track were sent"),
          Map.entry("recognizer too-old", "older than recognizer.max-age"),
          Map.entry("recognizer low-score", "the probability of a face is too low"),
          Map.entry("identity late", "came after their track had ended"),
          Map.entry("identity duplicate", "came twice"));

  private DropReason() {}

  /** In words; any other reason is a record that cannot be processed. */
  static String words(String stage, String reason) {
    return WORDS.getOrDefault(
        stage + " " + reason, "could not be processed, and are in the topic of dead letters");
  }
}
