package org.facestream.sink.api.http;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a body holds.
 *
 * @param mediaType such as {@code application/json}; empty for no body
 * @param type of the record that JSON or the parts of a form are made of, or null for bytes
 * @param orJson whether JSON of the same record is taken instead of a form, with files in base64
 */
public record Content(String mediaType, @Nullable Type type, boolean orJson) {
  /** No body. */
  public static final Content NONE = new Content("", null);

  /** A picture. */
  public static final Content JPEG = new Content("image/jpeg", null);

  private static final String FORM = "multipart/form-data";
  private static final String JSON = "application/json";

  /** Of one kind. */
  public Content(String mediaType, @Nullable Type type) {
    this(mediaType, type, false);
  }

  /** JSON of a record. */
  public static Content json(Type type) {
    return new Content(JSON, type);
  }

  /**
   * A form with files.
   *
   * @param type a record with a component for each part; those of type {@code byte[]} are files
   */
  public static Content form(Class<?> type) {
    return new Content(FORM, type);
  }

  /** A form with files, or JSON with the same names, with files in base64. */
  public static Content formOrJson(Class<?> type) {
    return new Content(FORM, type, true);
  }

  /** Every media type. */
  List<String> mediaTypes() {
    return orJson ? List.of(mediaType, JSON) : List.of(mediaType);
  }

  boolean isNone() {
    return mediaType.isEmpty();
  }

  boolean isForm() {
    return mediaType.equals(FORM);
  }
}
