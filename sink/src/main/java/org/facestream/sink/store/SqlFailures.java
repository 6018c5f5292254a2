package org.facestream.sink.store;

import java.sql.SQLException;

/**
 * Classifies failures by SQLSTATE. A failure that is not clearly caused by a row is considered
 * temporary: waiting loses nothing, rejecting would.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error
 *     codes</a>
 */
final class SqlFailures {
  private SqlFailures() {}

  /** The innermost SQLSTATE of a failure, or empty text when there is none. */
  static String state(Throwable failed) {
    String state = "";
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        state = sql.getSQLState();
      }
    }
    return state;
  }

  /** Data exceptions (class 22) and violated constraints (class 23): the same row fails again. */
  static boolean rowAtFault(SQLException failed) {
    String state = state(failed);
    return state.startsWith("22") || state.startsWith("23");
  }
}
