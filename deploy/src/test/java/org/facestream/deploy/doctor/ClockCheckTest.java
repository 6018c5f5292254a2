package org.facestream.deploy.doctor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker, and clocks that are wrong by known times. */
class ClockCheckTest {
  @TempDir private Path folder;

  @Test
  void aClockThatDiffersFromKafkasIsTold() {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      KafkaConfig config =
          Settings.load(
                  List.of(KafkaConfig.class),
                  Optional.empty(),
                  Map.of(),
                  Map.of("kafka.bootstrap-servers", kafka.bootstrapServers()))
              .get(KafkaConfig.class);
      Check.Result same = new ClockCheck(config).run();
      assertFalse(same instanceof Check.Bad, same.text());
      assertTrue(same.text().startsWith("at most "), same.text());
      for (int seconds : new int[] {-3_600, -31, 31}) {
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));
        Check.Result found = new ClockCheck(config, wrong).run();
        assertInstanceOf(Check.Bad.class, found, found.text());
        // By how much is told as exactly as the answer was quick.
        String told = found.text().replaceAll(".*is (\\d+)\\.\\d s .*", "$1");
        assertTrue(
            Math.abs(Integer.parseInt(told) - Math.abs(seconds)) <= 10,
            seconds + " s: " + found.text());
        assertTrue(found.text().contains(seconds > 0 ? "s ahead" : "s behind"), found.text());
      }
    }
  }
}
