package org.facestream.deploy.health;

import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.kafka.KafkaClients;

/** Somebody before a camera, ten times a second, until this is closed. */
final class SteadyFrames implements AutoCloseable {
  private final byte[] jpeg;
  private final int width;
  private final int height;
  private final Thread thread;
  private volatile boolean closed;

  SteadyFrames(KafkaClients clients) throws Exception {
    try (Picture portrait =
        Picture.decodeStill(DemoPeople.portrait(DemoPeople.enrolled().get(0)))) {
      jpeg = portrait.jpeg(90);
      width = portrait.width();
      height = portrait.height();
    }
    thread = new Thread(() -> send(clients), "steady-frames");
    thread.start();
  }

  private void send(KafkaClients clients) {
    // While the broker is away its frames wait in the producer, as a camera's do.
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      for (int sequence = 0; !closed; sequence++) {
        Frame frame = new Frame("gate", 1, sequence, Instant.now(), width, height, "", jpeg);
        producer.send(FrameTopic.toRecord(clients.name(FrameTopic.TOPIC), frame));
        Thread.sleep(100);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
