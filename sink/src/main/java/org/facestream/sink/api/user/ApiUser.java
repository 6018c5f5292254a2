package org.facestream.sink.api.user;

import java.text.Normalizer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Role;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may log in, without the password.
 *
 * @param cameras ids of the cameras that the user may see; null for all
 * @param mustChangePassword whether the password is a one-time password, or was one
 * @param createdBy who made the user
 * @param lastLoginAt null before the first login
 */
public record ApiUser(
    String id,
    String name,
    Role role,
    @Nullable List<String> cameras,
    boolean mustChangePassword,
    Instant createdAt,
    String createdBy,
    @Nullable Instant lastLoginAt) {
  private static final int LONGEST_NAME = 100;

  /** The user as who makes a request. */
  Caller caller() {
    Optional<Set<String>> allowed = Optional.ofNullable(cameras).map(TreeSet::new);
    return new Caller(Caller.Kind.session, id, name, role, allowed);
  }

  /** A name as names are compared. */
  static String key(String name) {
    return Normalizer.normalize(name.strip(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
  }

  /**
   * A user who was just made, or whose password was reset.
   *
   * @param oneTimePassword with which the user logs in once, and sets a password; it cannot be read
   *     again
   */
  public record Made(ApiUser user, String oneTimePassword) {}

  /**
   * What a user may do.
   *
   * @param cameras empty for all
   */
  public record Rights(Role role, Optional<List<String>> cameras) {
    /**
     * @throws UserError with what is wrong
     */
    public Rights {
      if (role == Role.anyone) {
        throw new UserError("The role of a user is viewer, operator or administrator.");
      }
      if (cameras.isPresent() && role == Role.administrator) {
        throw new UserError("An administrator sees all cameras: leave the cameras out.");
      }
      cameras = cameras.map(ids -> ids.stream().distinct().toList());
    }
  }

  /**
   * A name as it is stored.
   *
   * @throws UserError when it is none
   */
  static String checkedName(String given) {
    String name = given.strip();
    if (name.isEmpty()
        || name.length() > LONGEST_NAME
        || name.chars().anyMatch(Character::isISOControl)
        // A half of a pair is no text that a database takes.
        || name.codePoints().anyMatch(each -> Character.getType(each) == Character.SURROGATE)) {
      throw new UserError("The name of a user is one line of 1 to 100 characters.");
    }
    return name;
  }
}
