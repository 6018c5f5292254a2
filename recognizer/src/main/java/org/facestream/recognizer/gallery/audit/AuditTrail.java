package org.facestream.recognizer.gallery.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit trail of the gallery: one line per action, written to disk before the action. If the
 * line cannot be written, the action is not done; if the action fails later, another line records
 * that. Each line is also logged, at INFO to the logger {@value #LOGGER}.
 *
 * <p>A person is identified by the SHA-256 of the id, as in the database's table of erasures: with
 * the id, the lines can be found, but the trail does not contain names of forgotten people.
 *
 * <p>Every method throws a {@link UserError} when the line cannot be written. Thread-safe.
 */
public final class AuditTrail {
  /** The name of the logger for the lines. */
  public static final String LOGGER = "org.facestream.audit";

  /** A trail without a file, only in the log. */
  public static final AuditTrail NONE = new AuditTrail(null, account());

  private static final Logger log = LoggerFactory.getLogger(LOGGER);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final @Nullable AuditFile file;
  private final String actor;

  private AuditTrail(@Nullable AuditFile file, String actor) {
    this.file = file;
    this.actor = actor;
  }

  private static String account() {
    return System.getProperty("user.name", "");
  }

  /**
   * The same trail, for what another one does than the account of this process.
   *
   * @param who such as {@code api:ada}
   */
  public AuditTrail by(String who) {
    return new AuditTrail(file, who);
  }

  /** Who does what is taken down. */
  public String actor() {
    return actor;
  }

  /** A trail in a file; does not access it yet. */
  public static AuditTrail in(Path file) {
    return new AuditTrail(new AuditFile(file), account());
  }

  /** A trail in the configured file, if there is one. */
  public static AuditTrail of(GalleryConfig config) {
    return config.auditFile().map(AuditTrail::in).orElse(NONE);
  }

  /**
   * Creates the file when it is missing.
   *
   * @return this
   * @throws UserError when it cannot be written
   */
  public AuditTrail checked() {
    if (file != null) {
      file.check();
    }
    return this;
  }

  /** Records that a picture becomes a reference, or that its terms are renewed. */
  public void enrolling(Reference reference, Runnable deed) {
    during(
        "enrol",
        reference.personId(),
        1,
        "consent=" + quoted(reference.consent()),
        returning(deed));
  }

  /** Records that a face becomes a counter-example of a person. */
  public void denying(Reference counterExample, Runnable deed) {
    during("deny", counterExample.personId(), 1, "", returning(deed));
  }

  /**
   * Records that a user corrects a sighting, before it is done.
   *
   * @param kind what the user states
   * @param personId who is named or excluded, or null for nobody
   */
  public void correcting(String kind, @Nullable String personId, String track) {
    write("correct", personId == null ? "" : personId, 1, kind + " track=" + quoted(track));
  }

  public <T> T renaming(Person person, int references, Supplier<T> deed) {
    return during("rename", person.id(), references, "", deed);
  }

  public <T> T merging(Person person, Person into, int references, Supplier<T> deed) {
    return during("merge", person.id(), references, "into=" + digest(into.id()), deed);
  }

  public <T> T watching(Person person, int references, Supplier<T> deed) {
    return during(
        "watchlist", person.id(), references, "watchlist=" + quoted(person.watchlist()), deed);
  }

  /** Records that references are set aside. */
  public <T> T settingAside(Person person, int references, Supplier<T> deed) {
    return during("set-aside", person.id(), references, "", deed);
  }

  /** Records that references which were set aside are used again. */
  public <T> T restoring(Person person, int references, Supplier<T> deed) {
    return during("restore", person.id(), references, "", deed);
  }

  public void forgetting(Person person, int references, Runnable deed) {
    during("forget", person.id(), references, "", returning(deed));
  }

  /**
   * Records that expired references are erased.
   *
   * @param references number of references by person id
   */
  public void expiring(Map<String, Integer> references, Runnable deed) {
    erasing("expire", references, deed);
  }

  /**
   * Records that single references are erased, and their people are not forgotten.
   *
   * @param references number of references by person id
   */
  public void erasing(Map<String, Integer> references, Runnable deed) {
    erasing("erase-reference", references, deed);
  }

  private void erasing(String what, Map<String, Integer> references, Runnable deed) {
    references.forEach((person, count) -> write(what, person, count, ""));
    try {
      deed.run();
    } catch (RuntimeException failed) {
      references.keySet().forEach(person -> failed(what, person, failed));
      throw failed;
    }
  }

  /**
   * Records the request of an action in gallery and database, before anything is done.
   *
   * @param deed {@code forget}, {@code merge} or {@code rename}
   * @param into the id of the person who gets the references, or null
   */
  public void asked(String deed, String personId, @Nullable String into) {
    write(deed, personId, 0, "asked" + (into == null ? "" : " into=" + digest(into)));
  }

  /**
   * Records that the database's rows of a person are changed, just before the transaction is
   * committed.
   *
   * @param deed {@code forget}, {@code merge} or {@code rename}
   * @param rows number of sightings and events
   * @param into the id of the person who gets them, or null
   */
  public void records(String deed, String personId, long rows, @Nullable String into) {
    write(deed, personId, rows, "records" + (into == null ? "" : " into=" + digest(into)));
  }

  /**
   * Records an export of a person's data.
   *
   * @param references number of references
   */
  public void exporting(Person person, int references) {
    write("export", person.id(), references, "");
  }

  /**
   * Records that a sighting is erased, just before the transaction is committed. The line has the
   * SHA-256 of its track where others have that of a person's id.
   */
  public void erasingSighting(String track) {
    write("erase-sighting", track, 1, "");
  }

  private <T> T during(String deed, String personId, long count, String more, Supplier<T> work) {
    write(deed, personId, count, more);
    try {
      return work.get();
    } catch (RuntimeException failed) {
      failed(deed, personId, failed);
      throw failed;
    }
  }

  private static Supplier<Void> returning(Runnable work) {
    return () -> {
      work.run();
      return null;
    };
  }

  private void failed(String deed, String personId, RuntimeException cause) {
    try {
      write(deed + "-failed", personId, 0, "");
    } catch (UserError unwritable) {
      cause.addSuppressed(unwritable);
    }
  }

  private void write(String deed, String personId, long count, String more) {
    String line =
        String.format(
            Locale.ROOT,
            "%s user=%s person=%s count=%d%s",
            deed,
            quoted(actor),
            personId.isEmpty() ? "none" : digest(personId),
            count,
            more.isEmpty() ? "" : " " + more);
    if (file != null) {
      file.append(TIME.format(Instant.now()) + " " + line);
    }
    log.info("{}", line);
  }

  private static String digest(String personId) {
    return PersonName.sha256(personId.getBytes(UTF_8));
  }

  private static String quoted(@Nullable String text) {
    return text == null ? "none" : '"' + PersonName.shown(text).replace('"', '\'') + '"';
  }
}
