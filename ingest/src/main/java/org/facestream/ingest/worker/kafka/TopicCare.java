package org.facestream.ingest.worker.kafka;

/** What is done about topics that exist already with other settings than their contracts'. */
public enum TopicCare {
  /** Nothing: only topics that are missing are created. */
  CREATE,
  /** Differences are logged, with what they mean. */
  CHECK,
  /** Settings that differ are set, each with a log line that holds the former value. */
  MEND
}
