package org.facestream.sink.store;

import java.sql.SQLException;

/**
 * A failed database operation. The message is the SQLSTATE or another description ({@link
 * Superseded}), never a row's content. {@link #rowAtFault()} distinguishes permanent failures.
 */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean rowAtFault;

  /** Another process was first: the transaction is rolled back. */
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

  private StoreException(String why) {
    super(why);
    this.rowAtFault = false;
  }

  /** That the database did not do it in time, or could not be asked. */
  public static StoreException away(String why) {
    return new StoreException(why);
  }

  /** Whether the same rows would fail again: one of them at least does not fit the schema. */
  public boolean rowAtFault() {
    return rowAtFault;
  }
}
