package org.facestream.sink.api.compreface;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;
import java.util.regex.Pattern;

/** The ids of references in the form of CompreFace's image ids, which are UUIDs. */
final class ImageId {
  private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{32}");

  private ImageId() {}

  /**
   * The UUID of a reference. Enrolment makes ids of 32 hexadecimal digits: these, with hyphens. Of
   * others it is the UUID of the name.
   */
  static String of(String faceId) {
    return HEXADECIMAL.matcher(faceId).matches()
        ? faceId.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")
        : UUID.nameUUIDFromBytes(faceId.getBytes(UTF_8)).toString();
  }
}
