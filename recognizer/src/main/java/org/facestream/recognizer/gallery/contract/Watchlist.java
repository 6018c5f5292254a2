package org.facestream.recognizer.gallery.contract;

import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;

/** What a watchlist may be called: it stands in settings and events, and is typed by people. */
public final class Watchlist {
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?");

  /** Says that a person is on no watchlist, so no watchlist is called so. */
  public static final String NONE = "none";

  private Watchlist() {}

  /**
   * The name as it is.
   *
   * @throws UserError when it is not valid
   */
  public static String check(String name) {
    if (!NAME.matcher(name).matches() || name.equals(NONE)) {
      throw new UserError(
          ("A watchlist cannot be called '%s'. Use up to 32 of a-z, 0-9 and hyphens, such " + "as")
                  .formatted(PersonName.shown(name))
              + " 'wanted'.");
    }
    return name;
  }
}
