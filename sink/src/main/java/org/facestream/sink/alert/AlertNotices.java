package org.facestream.sink.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.facestream.detector.face.Face;
import org.facestream.ingest.worker.json.Json;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;
import org.jspecify.annotations.Nullable;

/** Makes what is sent of alerts. Thread-safe. */
final class AlertNotices {
  static final int SCHEMA_VERSION = 1;

  private final SignedLinks links;
  private final StoredCrops crops;
  private final Optional<String> apiAddress;
  private final Duration linkValidity;

  /**
   * An alert that waits.
   *
   * @param event as JSON
   */
  record Waiting(
      String id,
      Notice.Rule rule,
      String track,
      String camera,
      Instant captured,
      Instant at,
      String who,
      String event) {}

  /**
   * @param apiAddress where links to crops begin; empty for none
   * @param linkValidity how long a link can be used after it was sent
   */
  AlertNotices(DataSource dataSource, Optional<String> apiAddress, Duration linkValidity) {
    this.links = new SignedLinks(dataSource);
    this.crops = new StoredCrops(dataSource);
    this.apiAddress = apiAddress.map(address -> address.replaceFirst("/+$", ""));
    this.linkValidity = linkValidity;
  }

  /**
   * What is sent of an alert.
   *
   * @param picture whether with the picture itself
   */
  Notice of(Waiting alert, boolean picture) throws StoreException {
    String link =
        apiAddress.isEmpty()
            ? null
            : apiAddress.get()
                + links.sign(SignedLinks.crop(alert.track()), Instant.now().plus(linkValidity));
    Optional<byte[]> crop = picture ? crops.best(alert.track()).map(Face::jpeg) : Optional.empty();
    return notice(alert, link, crop);
  }

  private static Notice notice(Waiting alert, @Nullable String link, Optional<byte[]> crop) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("id", alert.id());
    body.put("type", "alert");
    body.put("schemaVersion", SCHEMA_VERSION);
    body.put("at", alert.at().toString());
    body.putObject("rule").put("id", alert.rule().id()).put("name", alert.rule().name());
    try {
      body.set("event", Json.LENIENT.readTree(alert.event()));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("an event was stored as JSON", impossible);
    }
    body.put("crop", link);
    return new Notice(
        alert.id(), alert.rule(), alert.who(), alert.camera(), alert.captured(), link, body, crop);
  }

  /** A test: of no event, with an id that begins with {@code test-}. */
  static Notice test(Notice.Rule rule) {
    Instant now = Instant.now();
    return notice(
        new Waiting(
            "test-" + UUID.randomUUID(),
            rule,
            "test",
            "test",
            now,
            now,
            IdentityEvent.UNKNOWN,
            "null"),
        null,
        Optional.empty());
  }
}
