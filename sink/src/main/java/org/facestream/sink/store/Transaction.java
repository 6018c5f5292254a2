package org.facestream.sink.store;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Work in one transaction. */
public interface Transaction<T> {
  T on(Connection connection) throws SQLException;

  /**
   * Does it and commits.
   *
   * @param dataSource connections not in auto-commit
   * @throws StoreException when nothing was done
   */
  static <T> T run(DataSource dataSource, Transaction<T> work) throws StoreException {
    try (Connection connection = dataSource.getConnection()) {
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException failed) {
        try {
          connection.rollback();
        } catch (SQLException alsoFailed) {
          failed.addSuppressed(alsoFailed);
        }
        throw failed;
      }
    } catch (SQLException failed) {
      throw new StoreException(failed);
    }
  }
}
