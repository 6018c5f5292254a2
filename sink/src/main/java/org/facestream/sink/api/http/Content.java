package org.facestream.sink.api.http;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * What a body holds.
 *
 * @param mediaType such as {@code application/json}; empty for no body
 * @param type of the record that JSON or the parts of a form are made of, or null for bytes
 */
public record Content(String mediaType, @Nullable Type type) {
  /** No body. */
  public static final Content NONE = new Content("", null);

  /** A picture. */
  public static final Content JPEG = new Content("image/jpeg", null);

  private static final String FORM = "multipart/form-data";

  /** JSON of a record. */
  public static Content json(Type type) {
    return new Content("application/json", type);
  }

  /**
   * A form with files.
   *
   * @param type a record with a component for each part; those of type {@code byte[]} are files
   */
  public static Content form(Class<?> type) {
    return new Content(FORM, type);
  }

  boolean isNone() {
    return mediaType.isEmpty();
  }

  boolean isForm() {
    return mediaType.equals(FORM);
  }
}
