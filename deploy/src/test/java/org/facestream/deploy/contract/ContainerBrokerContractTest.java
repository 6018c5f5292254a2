package org.facestream.deploy.contract;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.kafka.KafkaContainer;

/** The contracts on the Apache Kafka image, where a Docker engine answers. */
class ContainerBrokerContractTest extends BrokerContract {
  private static final String IMAGE = "apache/kafka:4.3.1";
  private static KafkaContainer kafka;

  @BeforeAll
  static void start() {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker engine answers: the contracts were not tried on the image " + IMAGE);
    kafka = new KafkaContainer(IMAGE);
    try {
      kafka.start();
    } catch (ContainerFetchException unavailable) {
      abort("the image " + IMAGE + " cannot be had: " + unavailable.getMessage());
    }
  }

  @AfterAll
  static void stop() {
    if (kafka != null) {
      kafka.stop();
    }
  }

  @Override
  String bootstrapServers() {
    return kafka.getBootstrapServers();
  }
}
