package org.facestream.ingest.worker.kafka;

/** What to do about existing topics whose settings differ from their contracts. */
public enum TopicCare {
  /** Nothing: only missing topics are created. */
  CREATE,
  /** Differences are logged, with their consequences. */
  CHECK,
  /** Settings that differ are set; each change is logged with the former value. */
  MEND
}
