package org.facestream.sink.alert;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.health.StallWatch;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.loop.ConsumeLoop;
import org.facestream.ingest.worker.loop.LoopSettings;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.store.Database;

/**
 * Compares identity events with the rules, and delivers the alerts. A consumer group of its own: it
 * waits neither for the loop that stores events nor for what stores crops.
 */
public final class Alerts implements AutoCloseable {
  /** The name of its consumer group without the prefix, and of its part of the stage. */
  public static final String GROUP = "sink-alert";

  private static final int BATCH = 500;

  private final Closing closing = new Closing();
  private final Deliveries deliveries;
  private final ConsumeLoop loop;

  /**
   * Reads the rules, whose topic must exist.
   *
   * @param retention of alerts whose sighting was never stored; zero for ever
   * @param outlets by name; stay their owner's
   * @throws org.facestream.ingest.worker.config.UserError when no broker answers
   */
  public Alerts(
      AlertConfig settings,
      Duration retention,
      Map<String, Outlet> outlets,
      WorkerConfig config,
      KafkaClients clients,
      Database database,
      Telemetry telemetry) {
    LiveRules rules = closing.add(new LiveRules(clients));
    deliveries =
        closing.add(
            new Deliveries(
                new DeliveryQueue(database.dataSource()),
                new AlertNotices(
                    database.dataSource(), settings.apiAddress(), settings.alertLinkValidity()),
                outlets,
                rules,
                retention,
                telemetry));
    loop =
        closing.add(
            new ConsumeLoop(
                LoopSettings.of(config, GROUP, clients.name(IdentityTopic.TOPIC), 0).draining(),
                clients,
                telemetry,
                () -> clients.consumer(GROUP, BATCH, Map.of()),
                new AlertWriter(
                    database,
                    new AlertStore(database.dataSource(), outlets.keySet(), settings.alertMaxAge()),
                    rules,
                    deliveries::wake,
                    telemetry)));
  }

  /** Its health, and how to start it. */
  public ConsumeLoop loop() {
    return loop;
  }

  /**
   * Begins to deliver, and has the loop's progress watched.
   *
   * @param stalls one of its own, because two groups read the topic; stays its owner's
   */
  public void start(StallWatch stalls) {
    deliveries.start();
    stalls.follow(IdentityTopic.TOPIC, Optional.of(GROUP), loop.positions());
    stalls.start();
  }

  @Override
  public void close() {
    closing.close();
  }
}
