package org.facestream.ingest.worker.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The description of a configuration key, from which {@code deploy/docs/configuration.md} is
 * generated.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
  /** One sentence: meaning and unit. */
  String value();

  /** Whether the value must never be shown. */
  boolean secret() default false;
}
