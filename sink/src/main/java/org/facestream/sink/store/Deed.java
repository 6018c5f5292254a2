package org.facestream.sink.store;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;
import org.facestream.recognizer.identity.GalleryVersion;

/**
 * An action on a person, first in the gallery and then in the database.
 *
 * @param id of its row in {@code unfinished_deed}
 * @param kind what it is
 * @param person of whom
 * @param into into whom they are merged, or the same person with the new name
 * @param begun start time by the clock of its process, in the database's precision; distinguishes
 *     it from another one in the same row
 * @param gallery the gallery's version: at the beginning; after the gallery's part, the version of
 *     that part
 * @param pictures how many references the gallery's part changed; empty until it is done
 */
@RecordBuilder
public record Deed(
    long id,
    Kind kind,
    Who person,
    Optional<Who> into,
    Instant begun,
    GalleryVersion gallery,
    OptionalInt pictures)
    implements DeedBuilder.With {

  /** What is done. */
  public enum Kind {
    forget,
    merge,
    rename
  }

  /** A person, as they are called at the beginning. */
  public record Who(String id, String name) {}

  /** One that is to be begun now. */
  public static Deed of(Kind kind, Who person, Optional<Who> into, GalleryVersion gallery) {
    Instant begun = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return new Deed(0, kind, person, into, begun, gallery, OptionalInt.empty());
  }

  /** The same with the gallery's part done. */
  Deed changed(int count, GalleryVersion version) {
    return with().gallery(version).pictures(OptionalInt.of(count)).build();
  }
}
