package org.facestream.sink.alert;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
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

  private final Closing closing = new Closing();
  private final Deliveries deliveries;
  private final ConsumeLoop loop;

  /**
   * How it works.
   *
   * @param apiAddress where links to crops begin; empty for none
   * @param linkValidity how long a link can be used
   * @param maxAge older events are recorded, but not sent; zero for any age
   * @param retention of alerts whose sighting was never stored; zero for ever
   * @param batch largest number of events of a turn
   */
  public record Options(
      Optional<String> apiAddress,
      Duration linkValidity,
      Duration maxAge,
      Duration retention,
      int batch) {}

  /**
   * Reads the rules, whose topic must exist.
   *
   * @param outlets by name; stay their owner's
   * @throws org.facestream.ingest.worker.config.UserError when no broker answers
   */
  public Alerts(
      Options options,
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
                    database.dataSource(), options.apiAddress(), options.linkValidity()),
                outlets,
                rules,
                options.retention(),
                telemetry));
    // A group that is new, or was away for weeks, does not begin with events that are too old.
    Map<String, Object> consumer =
        options.maxAge().isZero()
            ? Map.of()
            : Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "by_duration:" + options.maxAge());
    loop =
        closing.add(
            new ConsumeLoop(
                LoopSettings.of(config, GROUP, clients.name(IdentityTopic.TOPIC), 0).draining(),
                clients,
                telemetry,
                () -> clients.consumer(GROUP, options.batch(), consumer),
                new AlertWriter(
                    database,
                    new AlertStore(database.dataSource(), outlets.keySet(), options.maxAge()),
                    rules,
                    deliveries::wake,
                    telemetry)));
  }

  /** Its health, and how to start it. */
  public ConsumeLoop loop() {
    return loop;
  }

  /** Begins to deliver, and has the loop's progress watched. */
  public void start(StallWatch stalls) {
    deliveries.start();
    stalls.follow(IdentityTopic.TOPIC, Optional.of(GROUP), loop.positions());
  }

  @Override
  public void close() {
    closing.close();
  }
}
