package org.facestream.deploy.doctor;

import java.sql.Connection;
import java.sql.SQLException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;

/** Checks the connection to the configured PostgreSQL. Does not change its schema. */
public final class DatabaseCheck implements Check {
  private final StoreConfig config;

  public DatabaseCheck(StoreConfig config) {
    this.config = config;
  }

  @Override
  public String subject() {
    return "PostgreSQL";
  }

  @Override
  public Result run() {
    try (Database database = new Database(config)) {
      try (Connection connection = database.dataSource().getConnection()) {
        return new Good(
            database.address() + ", " + connection.getMetaData().getDatabaseProductVersion());
      } catch (SQLException refused) {
        return new Bad(
            ("%s refuses the connection (SQLSTATE %s): start it, or set store.url, "
                    + "store.user and store.password-file")
                .formatted(database.address(), refused.getSQLState()));
      }
    } catch (UserError refused) {
      return new Bad(String.valueOf(refused.getMessage()));
    }
  }
}
