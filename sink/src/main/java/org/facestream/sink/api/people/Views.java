package org.facestream.sink.api.people;

import java.time.Instant;
import java.util.List;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.Deed;
import org.jspecify.annotations.Nullable;

/** What is sent and answered about people. */
final class Views {
  private Views() {}

  /**
   * A person in a list.
   *
   * @param since when the first picture was enrolled
   * @param references number of pictures in use
   * @param setAside number of pictures that are kept, but not used
   */
  record PersonItem(
      String id,
      String name,
      @Nullable String watchlist,
      Instant since,
      int references,
      int setAside) {
    static PersonItem of(People.Entry entry) {
      int aside = (int) entry.references().stream().filter(Reference::setAside).count();
      int others = (int) entry.references().stream().filter(Reference::counterExample).count();
      return new PersonItem(
          entry.person().id(),
          entry.person().name(),
          entry.person().watchlist(),
          entry.since(),
          entry.references().size() - aside - others,
          aside);
    }
  }

  /** Everyone, by name. */
  record PersonList(List<PersonItem> items) {}

  /** A person with all pictures. */
  record PersonDetail(
      String id,
      String name,
      @Nullable String watchlist,
      Instant since,
      List<ReferenceItem> references) {
    static PersonDetail of(People.Entry entry) {
      return new PersonDetail(
          entry.person().id(),
          entry.person().name(),
          entry.person().watchlist(),
          entry.since(),
          entry.references().stream().map(ReferenceItem::of).toList());
    }
  }

  /**
   * An enrolled picture.
   *
   * @param review why it is not used, as a word; {@code kept} when somebody decided to use it
   */
  record ReferenceItem(
      String id,
      String model,
      float quality,
      @Nullable String consent,
      @Nullable Instant expiry,
      String source,
      Instant enrolledAt,
      @Nullable String review) {
    static ReferenceItem of(Reference reference) {
      return new ReferenceItem(
          reference.faceId(),
          reference.model(),
          reference.quality(),
          reference.consent(),
          reference.expiry(),
          reference.source(),
          reference.enrolledAt(),
          reference.counterExample() ? "counter-example" : reference.review());
    }
  }

  /**
   * Pictures to enrol, as a form.
   *
   * @param name of the person; in an address with a person, it may be left out
   * @param id of the person, if several have the name
   * @param confirm {@code true}: also a picture that looks like somebody else
   */
  record EnrolForm(
      @Nullable String name,
      List<byte[]> pictures,
      @Nullable String id,
      @Nullable String consent,
      @Nullable Instant expiry,
      @Nullable String watchlist,
      @Nullable Boolean confirm) {}

  /** The result for each picture, in the order of the form. */
  record EnrolResults(List<EnrolResult> results) {}

  /**
   * The result for a picture.
   *
   * @param source the file's name
   * @param reference id of the picture in the gallery, when it is enrolled
   * @param already whether it was enrolled before
   * @param reason why it was refused, as a word
   * @param message why it was refused, and what would help
   */
  record EnrolResult(
      String source,
      boolean enrolled,
      @Nullable String personId,
      @Nullable String reference,
      boolean already,
      @Nullable String reason,
      @Nullable String message) {
    static EnrolResult of(EnrolmentResult result) {
      if (result instanceof EnrolmentResult.Enrolled done) {
        return new EnrolResult(
            done.source(), true, done.person().id(), done.faceId(), done.already(), null, null);
      }
      EnrolmentResult.Refused refused = (EnrolmentResult.Refused) result;
      return new EnrolResult(
          refused.source(), false, null, null, false, refused.reason(), refused.message());
    }
  }

  /**
   * A change of a person; what is left out stays.
   *
   * @param watchlist empty text takes the person off
   */
  record PersonChange(@Nullable String name, @Nullable String watchlist) {}

  /** Who gets what is the other's. */
  record MergeInto(String into) {}

  /**
   * What was done to a person everywhere.
   *
   * @param pictures of the gallery that were changed
   * @param sightings in the database that were changed
   * @param finished whether nothing is left; otherwise a running sink goes on with it
   * @param message what is left, or null
   */
  record DeedDone(
      String personId, int pictures, long sightings, boolean finished, @Nullable String message) {
    static DeedDone of(PeopleDeeds.Done done) {
      return new DeedDone(
          done.deed().person().id(), done.pictures(), done.rows().sightings(), true, null);
    }
  }

  /** Something that is not finished. */
  record DeedItem(String kind, String personId, Instant begun, String progress) {
    static DeedItem of(Deed deed) {
      return new DeedItem(
          deed.kind().name(), deed.person().id(), deed.begun(), PeopleDeeds.progress(deed));
    }
  }

  /** What is not finished, the oldest first. */
  record DeedList(List<DeedItem> items) {}
}
