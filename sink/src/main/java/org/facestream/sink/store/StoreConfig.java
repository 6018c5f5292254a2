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
  @Setting(
      value = "PostgreSQL's address as JDBC writes it, jdbc:postgresql://HOST:PORT/DATABASE.",
      secret = true)
  @WithDefault("jdbc:postgresql://127.0.0.1:15432/facestream")
  String url();

  @Setting("User of the database; one in the URL wins.")
  @WithDefault("facestream")
  String user();

  @Setting(value = "Password of the database; better given as a file.", secret = true)
  Optional<String> password();

  @Setting("File that holds the password of the database.")
  Optional<Path> passwordFile();

  @Setting("Most connections to the database that one worker keeps.")
  @Allowed("1 or more")
  @WithDefault("4")
  int poolSize();

  @Setting("How long to wait for a connection to the database.")
  @Allowed("250ms or more")
  @WithDefault("5s")
  Duration connectTimeout();
}
