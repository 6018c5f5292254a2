package org.facestream.sink.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.FreePort;

/** A real PostgreSQL that can be stopped and started again on the same port and data. */
public final class TestDatabase implements AutoCloseable {
  private final Path folder;
  private final int port;
  private EmbeddedPostgres server;

  public TestDatabase(Path folder) throws IOException {
    this.folder = folder;
    port = FreePort.choose();
  }

  public TestDatabase start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            .setPGStartupWait(Duration.ofSeconds(60))
            .start();
    return this;
  }

  public void stop() throws IOException {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** Settings of this database, with further ones. */
  public StoreConfig config(Map<String, String> more) {
    return configured(url(), more);
  }

  public static StoreConfig configured(String url, Map<String, String> more) {
    Map<String, String> options = new java.util.HashMap<>(Map.of("store.url", url));
    options.put("store.user", "postgres");
    options.put("store.connect-timeout", "5s");
    options.putAll(more);
    return Settings.load(List.of(StoreConfig.class), Optional.empty(), Map.of(), options)
        .get(StoreConfig.class);
  }

  /** From now on a role must show its password; makes one called {@code guarded}. */
  public void demandPasswords(String password) throws IOException, SQLException {
    execute("CREATE ROLE guarded LOGIN PASSWORD '" + password + "'");
    execute("GRANT ALL ON DATABASE postgres TO guarded");
    execute("GRANT ALL ON SCHEMA public TO guarded");
    Path rules = folder.resolve("pg_hba.conf");
    String before = Files.readString(rules);
    Files.writeString(
        rules,
        "host all guarded 127.0.0.1/32 scram-sha-256\n" + before,
        StandardOpenOption.TRUNCATE_EXISTING);
    execute("SELECT pg_reload_conf()");
  }

  public void execute(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Rows of a query, the columns joined by {@code |}. */
  public List<String> query(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> result = new ArrayList<>();
      while (rows.next()) {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(rows.getString(i)));
        }
        result.add(String.join("|", columns));
      }
      return result;
    }
  }

  public long count(String table) throws SQLException {
    return Long.parseLong(query("SELECT count(*) FROM " + table).get(0));
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
