package org.facestream.sink.api.http;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** How long a login to the HTTP API holds. */
public interface SessionConfig {
  @Setting("A session that is not used for this long ends.")
  @Allowed("1m or more")
  @WithDefault("1h")
  Duration idle();

  @Setting("A session ends this long after the login, whether it is used or not.")
  @Allowed("1m or more")
  @WithDefault("12h")
  Duration lifetime();
}
