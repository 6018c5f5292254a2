package org.facestream.deploy.command.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * A person of the gallery, as programs read it.
 *
 * @param id the person's
 * @param name in any script
 * @param watchlist that the person is on, or null
 * @param since when the first picture was enrolled
 * @param recognised how many pictures in use the others would recognise, or null when not asked for
 * @param references the pictures, in the order of their enrolment
 */
record PersonView(
    String id,
    String name,
    @Nullable String watchlist,
    Instant since,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer recognised,
    List<Picture> references) {

  /** How a day is shown to people. */
  static final DateTimeFormatter DAY =
      DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

  /** A view, or several, as one line of JSON. */
  static String json(Object views) {
    return new String(RecordJson.write(views), UTF_8);
  }

  /**
   * One enrolled picture.
   *
   * @param review as in {@link Reference}, or null
   * @param denies true of a counter-example, or null
   * @param thumbnail name of a file beside, or null
   * @param descriptor base64 of little-endian float32, or null
   */
  // The fields of its JSON; made in one place.
  record Picture(
      String faceId,
      String model,
      float quality,
      @Nullable String consent,
      @Nullable Instant expiry,
      String source,
      Instant enrolledAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String review,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean denies,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String thumbnail,
      @JsonInclude(JsonInclude.Include.NON_NULL) float @Nullable [] descriptor) {}

  /** Without what a face can be recognised by. */
  static PersonView of(People.Entry entry) {
    List<Picture> pictures = new ArrayList<>();
    for (Reference reference : entry.references()) {
      pictures.add(picture(reference, null, null));
    }
    return of(entry, pictures);
  }

  /** Whatever is kept; thumbnails by the names of their files. */
  static PersonView whole(People.Entry entry, List<@Nullable String> thumbnails) {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < thumbnails.size(); i++) {
      Reference reference = entry.references().get(i);
      pictures.add(picture(reference, thumbnails.get(i), reference.descriptor()));
    }
    return of(entry, pictures);
  }

  private static PersonView of(People.Entry entry, List<Picture> pictures) {
    return new PersonView(
        entry.person().id(),
        entry.person().name(),
        entry.person().watchlist(),
        entry.since(),
        null,
        pictures);
  }

  PersonView withRecognised(int count) {
    return new PersonView(id, name, watchlist, since, count, references);
  }

  private static Picture picture(
      Reference reference, @Nullable String thumbnail, float @Nullable [] descriptor) {
    return new Picture(
        reference.faceId(),
        reference.model(),
        reference.quality(),
        reference.consent(),
        reference.expiry(),
        reference.source(),
        reference.enrolledAt(),
        reference.review(),
        reference.denies(),
        thumbnail,
        descriptor);
  }
}
