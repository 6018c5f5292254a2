package org.facestream.recognizer.gallery;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who did what to whom in the gallery: one line per deed at INFO to the logger {@value #LOGGER}.
 *
 * <p>The person is the SHA-256 of their id, as in the database's table of erasures: whoever knows
 * the id finds the lines, and the trail does not name somebody who was forgotten.
 */
public final class AuditTrail {
  /** The logger's name, for where the lines are to go. */
  public static final String LOGGER = "org.facestream.audit";

  private static final Logger log = LoggerFactory.getLogger(LOGGER);

  private AuditTrail() {}

  /** Pictures became references, or their terms were renewed. */
  static void enrolled(Reference reference) {
    write("enrol", reference.personId(), 1, "consent=" + quoted(reference.consent()));
  }

  static void renamed(Person person, int references) {
    write("rename", person.id(), references, "");
  }

  /**
   * What is recorded of a person got their new name.
   *
   * @param rows how many sightings and events
   */
  public static void recordsRenamed(String personId, long rows) {
    write("rename", personId, rows, "");
  }

  static void merged(Person person, Person into, int references) {
    write("merge", person.id(), references, "into=" + digest(into.id()));
  }

  /**
   * What is recorded of a person who is no more in the gallery became another's.
   *
   * @param personId of whom
   * @param rows how many sightings and events
   */
  public static void recordsMerged(String personId, Person into, long rows) {
    write("merge", personId, rows, "into=" + digest(into.id()));
  }

  static void watched(Person person, int references) {
    write("watchlist", person.id(), references, "watchlist=" + quoted(person.watchlist()));
  }

  static void forgotten(Person person, int references) {
    write("forget", person.id(), references, "");
  }

  /** References of a person were erased because their time was over. */
  static void expired(String personId, int references) {
    write("expire", personId, references, "");
  }

  /**
   * What is recorded of a person who is no more in the gallery was erased.
   *
   * @param rows how many sightings and events
   */
  public static void recordsForgotten(String personId, long rows) {
    write("forget", personId, rows, "");
  }

  /**
   * All that is kept about a person is being handed out.
   *
   * @param references how many of the gallery
   */
  public static void exported(Person person, int references) {
    write("export", person.id(), references, "");
  }

  private static void write(String deed, String personId, long count, String more) {
    log.info(
        "{} user={} person={} count={} {}",
        deed,
        quoted(System.getProperty("user.name")),
        digest(personId),
        count,
        more);
  }

  private static String digest(String personId) {
    return PersonName.sha256(personId.getBytes(UTF_8));
  }

  private static String quoted(String text) {
    return text == null ? "none" : '"' + PersonName.shown(text).replace('"', '\'') + '"';
  }
}
