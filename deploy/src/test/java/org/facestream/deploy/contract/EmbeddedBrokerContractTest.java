package org.facestream.deploy.contract;

import java.nio.file.Path;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contracts on the all-in-one's broker. */
class EmbeddedBrokerContractTest extends BrokerContract {
  @TempDir static Path folder;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() {
    kafka = new EmbeddedKafka(folder, 0);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Override
  String bootstrapServers() {
    return kafka.bootstrapServers();
  }
}
