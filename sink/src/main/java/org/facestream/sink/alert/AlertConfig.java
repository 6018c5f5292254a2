package org.facestream.sink.alert;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;
import org.facestream.sink.alert.outlet.OutletConfig;

/** The part of the sink's settings that is about alerts. */
public interface AlertConfig {
  /** Where alerts go, by name. */
  Map<String, OutletConfig> outlets();

  @Setting(
      "Events older than this are recorded as alerts, but not sent: nobody wants the alerts of a "
          + "weekend on Monday; 0s sends them all.")
  @Allowed("0s or more")
  @WithDefault("1h")
  Duration alertMaxAge();

  @Setting(
      "Address at which others reach the HTTP API, such as https://cctv.example.org: links to crops "
          + "in alerts begin with it; without it, alerts have no link.")
  Optional<String> apiAddress();

  @Setting("How long the link to a crop can be used after an alert was sent.")
  @Allowed("1m or more")
  @WithDefault("1d")
  Duration alertLinkValidity();
}
