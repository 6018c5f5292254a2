package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.Range;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * A camera in the registry. For a null value, the configuration of the ingest worker applies. Its
 * components are the fields of the topic's JSON, which is flat; {@code with...} copies it with
 * other values.
 *
 * @param id 1 to 64 letters, digits, '-' and '_'; the key of all its records
 * @param url {@code rtsp://}, {@code rtsps://}, {@code http://}, {@code https://}, or the path of a
 *     video file or of a folder of pictures; may hold references {@code ${env:NAME}} and {@code
 *     ${secret:NAME}}, which only the ingest worker resolves; at most 4096 characters
 * @param closeUpUrl {@code rtsp://} or {@code rtsps://}: the camera's larger stream, from which
 *     faces that were found in the other stream are cropped; may contain references; at most 4096
 *     characters; null for none
 * @param rotate degrees by which its pictures are turned clockwise, 90, 180 or 270, beyond what the
 *     source declares itself; null for none. Masks, zones and boxes are of the turned picture
 * @param fps frames per second to publish, above 0 and at most 60, or null
 * @param maxWidth wider pictures are scaled to this width, 64 to 7680 pixels, or null
 * @param jpegQuality 1 to 100, or null
 * @param enabled whether it runs
 * @param loop whether a file restarts at its end; has no effect for a real camera
 * @param tags words chosen by the user, such as a site's name; at most 64, each 1 to 64 printable
 *     characters
 * @param detection how faces are detected in its pictures, or null
 * @param transport what carries the video of an RTSP camera, or null for the default, TCP
 * @param decoder what decodes it, or null
 * @param motion how still scenes are recognised and held back; null to publish every picture
 * @param masks areas that are blacked out before a picture leaves the worker, at most 32
 * @param zones named areas that identity events name; at most 32, each name once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
  "id",
  "url",
  "closeUpUrl",
  "rotate",
  "fps",
  "maxWidth",
  "jpegQuality",
  "enabled",
  "loop",
  "tags",
  "detection",
  "transport",
  "decoder",
  "motion",
  "masks",
  "zones"
})
@RecordBuilder
public record Camera(
    String id,
    String url,
    @Nullable String closeUpUrl,
    @Nullable Integer rotate,
    @Nullable Double fps,
    @Nullable Integer maxWidth,
    @Nullable Integer jpegQuality,
    Boolean enabled,
    Boolean loop,
    List<String> tags,
    @Nullable FaceSearch detection,
    @Nullable Transport transport,
    @Nullable DecoderChoice decoder,
    @Nullable MotionOptions motion,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Polygon> masks,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Zone> zones)
    implements CameraBuilder.With {
  /** The {@link Range} of frames per second. */
  public static final String FPS = "above 0, at most 60";

  /** Of the published width, in pixels. */
  public static final String WIDTH = "64 to 7680";

  public static final String JPEG_QUALITY = "1 to 100";

  static final int MOST_POLYGONS = 32;

  /** Within these limits a camera fits into a record: its areas need at most about 300 kB. */
  private static final int MOST_TAGS = 64;

  private static final int LONGEST_TAG = 64;
  private static final int LONGEST_URL = 4096;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * Checks every value.
   *
   * @throws UserError for an invalid value; its message does not contain the URL
   */
  public Camera {
    if (!validId(id)) {
      throw new UserError(
          "A camera's id is 1 to 64 letters, digits, '-' and '_'; '%s' is not."
              .formatted(shown(id)));
    }
    if (url == null || url.isBlank()) {
      throw new UserError("Camera '" + id + "' has no url.");
    }
    url = url.strip();
    closeUpUrl = closeUpUrl == null || closeUpUrl.isBlank() ? null : closeUpUrl.strip();
    if (url.chars().anyMatch(Character::isISOControl)) {
      throw new UserError("The url of camera '" + id + "' contains a control character.");
    }
    if (closeUpUrl != null && closeUpUrl.chars().anyMatch(Character::isISOControl)) {
      throw new UserError("The close-up-url of camera '" + id + "' contains a control character.");
    }
    if (rotate != null && (rotate < 0 || rotate > 270 || rotate % 90 != 0)) {
      throw new UserError(
          String.format(
              Locale.ROOT, "rotate of camera '%s' is %d; give 90, 180 or 270.", id, rotate));
    }
    rotate = rotate == null || rotate == 0 ? null : rotate;
    Range.check("fps of camera '" + id + "'", fps, FPS);
    Range.check("max-width of camera '" + id + "'", maxWidth, WIDTH);
    Range.check("jpeg-quality of camera '" + id + "'", jpegQuality, JPEG_QUALITY);
    enabled = enabled == null || enabled;
    loop = loop != null && loop;
    tags = tags == null ? List.of() : List.copyOf(tags);
    masks = Polygon.copy(masks);
    zones = Polygon.copy(zones);
    if (masks.size() > MOST_POLYGONS || zones.size() > MOST_POLYGONS) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "Camera '%s' may have at most %d masks and %d zones.",
              id,
              MOST_POLYGONS,
              MOST_POLYGONS));
    }
    if (zones.stream().map(Zone::name).distinct().count() < zones.size()) {
      throw new UserError("Two zones of camera '" + id + "' have the same name.");
    }
  }

  /** An enabled camera with everything as configured for the worker. */
  public static Camera of(String id, String url) {
    return CameraBuilder.builder().id(id).url(url).build();
  }

  /**
   * Parses a camera from the command line, {@code id=url}.
   *
   * @throws UserError when the text does not have that form
   */
  public static Camera parse(String option) {
    int equals = option.indexOf('=');
    if (equals < 1 || equals == option.length() - 1 || !validId(option.substring(0, equals))) {
      throw new UserError(
          "Give a camera as id=url, such as door=rtsp://192.0.2.7/stream; '%s' is not."
              .formatted(shown(option)));
    }
    return of(option.substring(0, equals), option.substring(equals + 1));
  }

  /** Whether a text can be a camera's id. */
  public static boolean validId(@Nullable String id) {
    return id != null && ID.matcher(id).matches();
  }

  /**
   * Checks rules that apply only to a camera that is about to be written; cameras that are already
   * in the topic stay readable.
   *
   * @throws UserError when it might not fit into a record
   */
  public void checkSize() {
    int longest = Math.max(url.length(), closeUpUrl == null ? 0 : closeUpUrl.length());
    if (longest > LONGEST_URL) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "A url of camera '%s' has %d characters; at most %d are allowed.",
              id,
              longest,
              LONGEST_URL));
    }
    if (tags.size() > MOST_TAGS || !tags.stream().allMatch(Camera::validTag)) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "Camera '%s' may have at most %d tags, each of 1 to %d printable characters.",
              id,
              MOST_TAGS,
              LONGEST_TAG));
    }
  }

  private static boolean validTag(String tag) {
    return !tag.isBlank()
        && tag.length() <= LONGEST_TAG
        && tag.chars().noneMatch(Character::isISOControl);
  }

  /** Whether one of its URLs contains a password itself, and not only a reference to one. */
  public boolean holdsPassword() {
    return MaskedUrl.holdsPassword(url)
        || (closeUpUrl != null && MaskedUrl.holdsPassword(closeUpUrl));
  }

  /** Degrees by which its pictures are turned clockwise; 0 for not at all. */
  public int turn() {
    return rotate == null ? 0 : rotate;
  }

  /** This camera with another {@link #rotate}; its masks, zones and motion masks are turned too. */
  public Camera turnedTo(@Nullable Integer rotate) {
    int degrees = Math.floorMod((rotate == null ? 0 : rotate) - turn(), 360);
    return with(
        turned ->
            turned
                .rotate(rotate)
                .masks(turned(masks, degrees))
                .zones(
                    zones.stream()
                        .map(zone -> new Zone(zone.name(), zone.polygon().turned(degrees)))
                        .toList())
                .motion(
                    motion == null
                        ? null
                        : new MotionOptions(
                            motion.sensitivity(), turned(motion.masks(), degrees))));
  }

  private static List<Polygon> turned(List<Polygon> areas, int degrees) {
    return areas.stream().map(area -> area.turned(degrees)).toList();
  }

  /** Whether it has areas that must turn with its pictures. */
  public boolean hasAreas() {
    return !masks.isEmpty() || !zones.isEmpty() || (motion != null && !motion.masks().isEmpty());
  }

  /**
   * This camera with the masks, zones and motion gate of another, turned to its rotation. A command
   * line cannot express them, and replacing a camera there must not uncover masked areas.
   */
  public Camera withAreasOf(Camera other) {
    return withMasks(other.masks)
        .withZones(other.zones)
        .withMotion(other.motion)
        .withRotate(other.rotate);
  }

  /** Omits secrets in URLs. */
  @Override
  public String toString() {
    return with()
        .url(MaskedUrl.of(url))
        .closeUpUrl(closeUpUrl == null ? null : MaskedUrl.of(closeUpUrl))
        .toString()
        .replaceFirst("^CameraBuilder", "Camera");
  }

  private static String shown(@Nullable String text) {
    String masked = MaskedUrl.in(String.valueOf(text)).replaceAll("\\p{Cntrl}", "?");
    return masked.length() > 80 ? masked.substring(0, 80) + "..." : masked;
  }
}
