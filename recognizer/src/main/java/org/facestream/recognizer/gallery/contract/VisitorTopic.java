package org.facestream.recognizer.gallery.contract;

import org.facestream.ingest.worker.kafka.Topic;

/**
 * The contract of {@code cctv.visitors.v1}, compacted: looks of unknown people. As the gallery
 * topic, with a visitor for a person: {@code personId} and {@code name} are the visitor's id,
 * {@code descriptor} the mean of a track's best faces, {@code source} that track, and {@code
 * watchlist} what a person answered: {@code ignored}, {@code discarded} or null. It always has an
 * expiry, and never a picture.
 */
public final class VisitorTopic {
  public static final Topic TOPIC = new Topic("visitors", GalleryTopic.TOPIC.settings());

  private VisitorTopic() {}
}
