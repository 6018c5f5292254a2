package org.facestream.deploy.command.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.facestream.ingest.worker.Telemetry;
import org.junit.jupiter.api.Test;

class StatusLineTest {
  @Test
  void whatIsHeldBackOnPurposeIsNotCalledLost() {
    try (Telemetry telemetry = new Telemetry()) {
      StatusLine status = new StatusLine(telemetry);
      assertTrue(status.next().endsWith("held back 0 · lost 0"));
      telemetry.dropped("detector", "door", "not-best-shot").increment(7);
      telemetry.dropped("recognizer", "door", "low-score").increment(2);
      telemetry.dropped("recognizer", "gate", "low-score").increment(1);
      telemetry.dropped("recognizer", "door", "too-old").increment(4);
      String line = status.next();
      assertTrue(line.endsWith("held back 3 low-score, 7 not-best-shot · lost 4 too-old"), line);
    }
  }
}
