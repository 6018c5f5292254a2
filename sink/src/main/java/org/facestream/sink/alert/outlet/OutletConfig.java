package org.facestream.sink.alert.outlet;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** The settings of one outlet. They are no part of rules, because they have secrets. */
public interface OutletConfig {
  /** What an outlet is. */
  enum Kind {
    webhook,
    mqtt,
    mail
  }

  /** Whether a connection must be encrypted. */
  enum Tls {
    required,
    off
  }

  @Setting("What the outlet NAME is: a webhook, an MQTT broker or a mail server.")
  Optional<Kind> kind();

  /** Secret as a whole, because many webhooks have their secret in it. */
  @Setting(
      value =
          "Address of the outlet: https://HOST/PATH for a webhook, mqtts://HOST:8883 for MQTT, "
              + "smtp://HOST:587 (STARTTLS) or smtps://HOST:465 for mail.",
      secret = true)
  Optional<String> url();

  @Setting("off allows http, mqtt, and smtp without STARTTLS: anybody on the way can read alerts.")
  @WithDefault("required")
  Tls tls();

  @Setting("PEM file of the certificates that are trusted; without it, those that Java trusts.")
  Optional<Path> trust();

  @Setting(
      value =
          "Key of a webhook's signature, 16 characters or more; prefer "
              + "sink.outlets.NAME.secret-file.",
      secret = true)
  Optional<String> secret();

  @Setting("File with the key of a webhook's signature.")
  Optional<Path> secretFile();

  @Setting("User at the outlet.")
  Optional<String> user();

  @Setting(value = "Password of that user; prefer sink.outlets.NAME.password-file.", secret = true)
  Optional<String> password();

  @Setting("File with the password of that user.")
  Optional<Path> passwordFile();

  @Setting("Address that mails come from.")
  Optional<String> from();

  @Setting("Addresses that mails go to.")
  Optional<List<String>> to();

  @Setting("Beginning of MQTT topics: alerts of a rule are published to TOPIC/alerts/RULE.")
  @WithDefault("facestream")
  String topic();

  @Setting(
      "Discovery prefix of Home Assistant, usually homeassistant: each rule becomes an event "
          + "entity. Without it, MQTT carries alerts only.")
  Optional<String> discovery();

  @Setting("How long the outlet may take to confirm an alert.")
  @Allowed("100ms or more")
  @WithDefault("10s")
  Duration timeout();
}
