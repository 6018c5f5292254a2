package org.facestream.ingest.worker.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** The {@link Range} of a configuration key; check, message and reference page follow from it. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Allowed {
  /** Such as {@code 1 to 100}. */
  String value();
}
