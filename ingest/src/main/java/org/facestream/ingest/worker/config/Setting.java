package org.facestream.ingest.worker.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a configuration key means; {@code deploy/docs/configuration.md} is checked against it. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
  /** One sentence: meaning, unit, range. */
  String value();

  /** Whether the value must never be shown. */
  boolean secret() default false;
}
