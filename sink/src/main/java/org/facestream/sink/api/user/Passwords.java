package org.facestream.sink.api.user;

import java.text.Normalizer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.api.http.Problem;

/**
 * Which passwords are allowed, and how many are examined at once: each takes 19 MiB and some tens
 * of milliseconds of a processor. Thread-safe.
 */
final class Passwords {
  private static final int SHORTEST = 12;
  private static final int LONGEST = 200;
  private static final int AT_ONCE = Math.min(4, Runtime.getRuntime().availableProcessors());
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * Does what examines a password, when its turn has come.
   *
   * @throws Problem when too many others wait
   */
  <T, E extends Exception> T inTurn(Work<T, E> work) throws E {
    try {
      if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw Problem.tooMany("Too many people log in at once; try again.", PATIENCE);
      }
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
    try {
      return work.get();
    } finally {
      places.release();
    }
  }

  /** What examines a password. */
  interface Work<T, E extends Exception> {
    T get() throws E;
  }

  /**
   * Whether a password is this user's; takes the same time when there is none.
   *
   * @param hash of the user's; empty when there is no such user, or no password
   */
  static boolean matches(Optional<String> hash, String password) {
    Supplier<PasswordHash> nothing = PasswordHash::ofNothing;
    boolean same = hash.map(PasswordHash::parse).orElseGet(nothing).matches(normal(password));
    return same && hash.isPresent();
  }

  /** The hash of a new password, in the PHC string format. */
  static String hash(String password) {
    return PasswordHash.of(normal(password)).phc();
  }

  /**
   * Refuses a password that is too easy to guess. Length counts, not its kinds of letters (NIST SP
   * 800-63B).
   *
   * @throws UserError with what is wrong; it does not have the password
   */
  static void check(String password, String userName) {
    String normal = normal(password);
    int length = normal.codePointCount(0, normal.length());
    if (length < SHORTEST || length > LONGEST) {
      throw new UserError(
          "A password has %s to %s characters. Take several words.".formatted(SHORTEST, LONGEST));
    }
    if (normal.codePoints().distinct().count() < 5
        || ApiUser.key(normal).contains(ApiUser.key(userName))) {
      throw new UserError(
          "This password is easy to guess: take another, without the name and with at least 5"
              + " different characters.");
    }
  }

  /** The same text, however a keyboard composes its letters. */
  private static String normal(String password) {
    return Normalizer.normalize(password, Normalizer.Form.NFC);
  }
}
