package org.facestream.sink.store;

import java.sql.SQLException;

/**
 * The database did not do what it was asked. The message is the SQLSTATE and never a row's content;
 * whether it is worth trying again, {@link #rowAtFault()} tells.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean rowAtFault;

  StoreException(SQLException cause) {
    // A refused row's message may quote the row: it stays out of logs.
    super(
        "SQLSTATE " + (SqlFailures.state(cause).isEmpty() ? "none" : SqlFailures.state(cause)),
        SqlFailures.rowAtFault(cause) ? null : cause);
    this.rowAtFault = SqlFailures.rowAtFault(cause);
  }

  /** Whether the same rows would fail again: one of them at least does not fit the schema. */
  public boolean rowAtFault() {
    return rowAtFault;
  }
}
