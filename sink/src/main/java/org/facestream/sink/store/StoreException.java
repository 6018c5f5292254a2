package org.facestream.sink.store;

import java.sql.SQLException;

/**
 * The database did not do what it was asked. The message is the SQLSTATE, or what else was found in
 * place of what was expected ({@link Superseded}), and never a row's content; whether it is worth
 * trying again, {@link #rowAtFault()} tells.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean rowAtFault;

  /** Another was there first: all of the transaction is undone. */
  static final class Superseded extends SQLException {
    private static final long serialVersionUID = 1L;

    Superseded(String message) {
      super(message);
    }
  }

  StoreException(SQLException cause) {
    // A refused row's message may quote the row: it stays out of logs.
    super(
        cause instanceof Superseded
            ? cause.getMessage()
            : "SQLSTATE "
                + (SqlFailures.state(cause).isEmpty() ? "none" : SqlFailures.state(cause)),
        SqlFailures.rowAtFault(cause) ? null : cause);
    this.rowAtFault = SqlFailures.rowAtFault(cause);
  }

  /** Whether the same rows would fail again: one of them at least does not fit the schema. */
  public boolean rowAtFault() {
    return rowAtFault;
  }
}
