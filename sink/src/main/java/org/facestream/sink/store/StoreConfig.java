package org.facestream.sink.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Where PostgreSQL is. */
@ConfigMapping(prefix = "store")
public interface StoreConfig {
  /** Secret as a whole, because people put passwords into it. */
  @Setting(value = "JDBC URL of PostgreSQL, jdbc:postgresql://HOST:PORT/DATABASE.", secret = true)
  @WithDefault("jdbc:postgresql://127.0.0.1:15432/facestream")
  String url();

  @Setting("User of the database; overridden by a user in the URL.")
  @WithDefault("facestream")
  String user();

  @Setting(value = "Password of the database; prefer store.password-file.", secret = true)
  Optional<String> password();

  @Setting("File with the password of the database.")
  Optional<Path> passwordFile();

  @Setting("Largest number of database connections of a worker.")
  @Allowed("1 or more")
  @WithDefault("4")
  int poolSize();

  @Setting("How long to wait for a connection to the database.")
  @Allowed("250ms or more")
  @WithDefault("5s")
  Duration connectTimeout();
}
