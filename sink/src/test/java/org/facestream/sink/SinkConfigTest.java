package org.facestream.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.sink.store.StoreConfig;
import org.junit.jupiter.api.Test;

class SinkConfigTest {
  private static Settings load(Map<String, String> environment) {
    return Settings.load(
        List.of(SinkConfig.class, StoreConfig.class), Optional.empty(), environment, Map.of());
  }

  @Test
  void defaults() {
    SinkConfig sink = load(Map.of()).get(SinkConfig.class);
    assertEquals(500, sink.batchSize());
    assertEquals(Duration.ofDays(30), sink.retention());
    assertEquals(Duration.ofDays(60), sink.forgottenRetention());
    assertEquals(Duration.ofHours(1), sink.retentionInterval());
    StoreConfig store = load(Map.of()).get(StoreConfig.class);
    assertEquals("jdbc:postgresql://127.0.0.1:15432/facestream", store.url());
    assertEquals("facestream", store.user());
    assertTrue(store.password().isEmpty());
    assertTrue(store.passwordFile().isEmpty());
    assertEquals(4, store.poolSize());
    assertEquals(Duration.ofSeconds(5), store.connectTimeout());
  }

  @Test
  void everyKeyIsMapped() {
    Settings settings =
        load(
            Map.of(
                "FACESTREAM_SINK_BATCH_SIZE", "7",
                "FACESTREAM_SINK_RETENTION", "2d",
                "FACESTREAM_SINK_RETENTION_INTERVAL", "5m",
                "FACESTREAM_STORE_URL", "jdbc:postgresql://db/x?password=pw1",
                "FACESTREAM_STORE_USER", "ann",
                "FACESTREAM_STORE_PASSWORD", "pw2",
                "FACESTREAM_STORE_PASSWORD_FILE", "/run/secrets/password",
                "FACESTREAM_STORE_POOL_SIZE", "9",
                "FACESTREAM_STORE_CONNECT_TIMEOUT", "750ms"));
    SinkConfig sink = settings.get(SinkConfig.class);
    assertEquals(7, sink.batchSize());
    assertEquals(Duration.ofDays(2), sink.retention());
    assertEquals(Duration.ofMinutes(5), sink.retentionInterval());
    assertEquals(
        Duration.ofDays(90),
        load(Map.of("FACESTREAM_SINK_FORGOTTEN_RETENTION", "90d"))
            .get(SinkConfig.class)
            .forgottenRetention());
    StoreConfig store = settings.get(StoreConfig.class);
    assertEquals("jdbc:postgresql://db/x?password=pw1", store.url());
    assertEquals("ann", store.user());
    assertEquals(Optional.of("pw2"), store.password());
    assertEquals(Optional.of(Path.of("/run/secrets/password")), store.passwordFile());
    assertEquals(9, store.poolSize());
    assertEquals(Duration.ofMillis(750), store.connectTimeout());
    assertFalse(settings.effective().toString().contains("pw"), settings.effective().toString());
  }
}
