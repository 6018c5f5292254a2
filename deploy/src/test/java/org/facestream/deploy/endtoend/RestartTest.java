package org.facestream.deploy.endtoend;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.facestream.deploy.command.run.CameraStates;
import org.facestream.deploy.command.run.EventFeed;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.demo.Score;
import org.facestream.deploy.lab.demo.Scorecard;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.deploy.lab.simulation.Sighting;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Worker;
import org.facestream.ingest.worker.WorkerConfig;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.sink.people.Enroller;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three RTSP cameras, people enrolled and not, each stage a worker of its own, and each of them
 * restarted in the middle: the right names, every event once, one row per sighting. While ingest is
 * away nobody is seen: who stands before a camera then is there twice, before and after.
 */
@Tag("long")
class RestartTest {
  /** The scenes begin again after this time. */
  private static final Duration LOOP = Duration.ofSeconds(40);

  /** Whoever is before a camera for this long is recognised. */
  private static final Duration ENOUGH = Duration.ofSeconds(5);

  @TempDir Path folder;

  /**
   * When there were no pictures.
   *
   * @param stopping the last pictures are from then on
   * @param from none is younger than that
   * @param to every camera is live again from then on
   */
  private record Gap(Instant stopping, Instant from, Instant to) {}

  /**
   * A sighting, or what of it was before or after the gap.
   *
   * @param who whom it shows, and where
   * @param sure whether it must have led to a row
   */
  private record Part(Sighting who, boolean sure) {}

  @Test
  void everyoneIsSeenOnceWhateverRestarts() throws Exception {
    try (Closing closing = new Closing()) {
      DemoCameras cameras = closing.add(DemoCameras.start(0));
      EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
      EmbeddedDatabase database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
      Settings settings = settings(kafka, database);
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      enrol(settings, clients);
      new CameraRegistry(clients).apply(cameras.cameras(), true);
      Scorecard scorecard = new Scorecard();
      closing.add(new EventFeed(clients, event -> scorecard.add(event.identity(), Instant.now())));
      Workers workers = closing.add(new Workers(settings, clients));
      workers.start(StageKind.sink);
      workers.start(StageKind.recognizer);
      workers.start(StageKind.detector);
      workers.start(StageKind.ingest);
      workers.awaitReady(cameras.cameras().size());

      Instant begin = Instant.now();
      Gap gap = null;
      for (StageKind kind :
          List.of(StageKind.detector, StageKind.ingest, StageKind.recognizer, StageKind.sink)) {
        Thread.sleep(LOOP.dividedBy(4).toMillis());
        if (kind == StageKind.ingest) {
          gap = workers.gap(cameras.cameras().size());
        } else {
          workers.restart(kind);
        }
      }
      sleepUntil(begin.plus(LOOP.multipliedBy(3).dividedBy(2)));
      Instant end = Instant.now();
      workers.awaitReady(cameras.cameras().size());
      workers.stop(StageKind.ingest);
      workers.awaitIdle();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Stored.sightings(database).stream().allMatch(Stored.Row::ended));

      // Who is only just coming or going at begin and end may be recognised too.
      List<Sighting> truth = cameras.truth(begin.minusSeconds(2), end.plusSeconds(2));
      Score score = scorecard.score(truth, begin, end);
      assertEquals(
          List.of(), score.mistakes(), () -> score.text() + begin + " to " + end + ": " + truth);
      compareEvents(clients, database);
      countRows(database, truth, begin, end, gap);
    }
  }

  /** On a busy machine the last events are published only now. */
  private static void compareEvents(KafkaClients clients, EmbeddedDatabase database) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> assertEquals(published(clients), new TreeSet<>(Stored.eventIds(database))));
  }

  private static TreeSet<String> published(KafkaClients clients) throws Exception {
    List<IdentityEvent> events = Stored.events(clients);
    TreeSet<String> ids =
        events.stream().map(IdentityEvent::eventId).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(ids.size(), events.size(), "an event was published twice");
    return ids;
  }

  /**
   * A row belongs to that part of the sighting of its person in the middle of which it lies: one
   * row, or perhaps none where the part is too short to tell.
   */
  private static void countRows(
      EmbeddedDatabase database, List<Sighting> truth, Instant begin, Instant end, Gap gap)
      throws Exception {
    List<Stored.Row> rows = Stored.sightings(database);
    for (Stored.Row row : rows) {
      assertTrue(
          row.to().isBefore(gap.from()) || row.from().isAfter(gap.from()),
          () -> "goes on across " + gap + ": " + row);
    }
    int sure = 0;
    for (Sighting sighting : truth) {
      if (sighting.from().isBefore(begin) || sighting.to().plusSeconds(2).isAfter(end)) {
        continue;
      }
      for (Part part : parts(sighting, gap)) {
        List<Stored.Row> own = own(rows, part.who());
        String what = part + " with " + gap + " has rows " + own + " of " + rows;
        assertTrue(own.size() <= 1, what);
        if (part.sure()) {
          sure++;
          assertEquals(1, own.size(), what);
        }
      }
    }
    assertTrue(sure >= 8, "too few sightings to tell: " + truth + ", " + gap);
  }

  private static List<Stored.Row> own(List<Stored.Row> rows, Sighting sighting) {
    DemoPerson person = DemoPeople.person(sighting.person());
    String name = person.enrolled() ? person.name() : IdentityEvent.UNKNOWN;
    return rows.stream()
        .filter(row -> row.camera().equals(sighting.camera()) && row.name().equals(name))
        .filter(row -> sighting.overlaps(row.middle(), row.middle()))
        .toList();
  }

  private static List<Part> parts(Sighting sighting, Gap gap) {
    if (!sighting.overlaps(gap.stopping(), gap.to())) {
      return List.of(new Part(sighting, true));
    }
    List<Part> parts = new ArrayList<>();
    if (sighting.from().isBefore(gap.from())) {
      Instant last = sighting.to().isBefore(gap.from()) ? sighting.to() : gap.from();
      parts.add(
          new Part(
              new Sighting(sighting.camera(), sighting.person(), sighting.from(), last),
              !sighting.from().plus(ENOUGH).isAfter(gap.stopping())));
    }
    if (sighting.to().isAfter(gap.from())) {
      Instant first = sighting.from().isAfter(gap.from()) ? sighting.from() : gap.from();
      parts.add(
          new Part(
              new Sighting(sighting.camera(), sighting.person(), first, sighting.to()),
              !gap.to().plus(ENOUGH).isAfter(sighting.to())));
    }
    return parts;
  }

  private static void enrol(Settings settings, KafkaClients clients) {
    try (Enroller enroller =
        new Enroller(settings, clients, false, EnrolmentTerms.NONE, AuditTrail.NONE)) {
      for (DemoPerson person : DemoPeople.enrolled()) {
        EnrolmentResult result =
            enroller
                .enrolment()
                .enrol(person.name(), person.photograph(), DemoPeople.portrait(person));
        assertTrue(result instanceof EnrolmentResult.Enrolled, result.toString());
      }
    }
  }

  private Settings settings(EmbeddedKafka kafka, EmbeddedDatabase database) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("kafka.bootstrap-servers", kafka.bootstrapServers());
    options.put("kafka.partitions", "3");
    options.put("worker.id", "end-to-end");
    options.put("worker.http-port", "0");
    // The demonstration's faces are larger than the usual minimum: half the work.
    options.put("detector.min-face-size", "60");
    // Late is well enough: what is counted does not depend on how busy the machine is.
    options.put("detector.max-age", "60s");
    options.putAll(database.settings());
    return new Configuration(Optional.empty(), Map.of(), options).settings();
  }

  private static void sleepUntil(Instant moment) throws InterruptedException {
    Thread.sleep(Math.max(0, Duration.between(Instant.now(), moment).toMillis()));
  }

  /** A worker per stage, as on machines of their own. */
  private static final class Workers implements AutoCloseable {
    private final Settings settings;
    private final KafkaClients clients;
    private final Map<StageKind, Worker> workers = new EnumMap<>(StageKind.class);

    Workers(Settings settings, KafkaClients clients) {
      this.settings = settings;
      this.clients = clients;
    }

    void start(StageKind kind) {
      Worker worker = new Worker(settings.get(WorkerConfig.class));
      workers.put(kind, worker);
      worker.start(kind.make(settings, clients, worker.telemetry()));
    }

    void stop(StageKind kind) {
      workers.remove(kind).close();
    }

    void restart(StageKind kind) {
      stop(kind);
      start(kind);
    }

    /**
     * Restarts ingest, and leaves it away for longer than {@code detector.track.max-gap}: in a
     * shorter time a track may go on or not, as it does when a face is hidden.
     */
    Gap gap(int cameras) throws InterruptedException {
      Instant stopping = Instant.now();
      stop(StageKind.ingest);
      Instant stopped = Instant.now();
      Thread.sleep(2_500);
      start(StageKind.ingest);
      awaitReady(cameras);
      return new Gap(stopping, stopped, Instant.now());
    }

    void awaitReady(int cameras) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () ->
                  workers.values().stream()
                          .flatMap(worker -> worker.stages().stream())
                          .allMatch(stage -> stage.health().ready())
                      && new CameraStates(workers.get(StageKind.ingest).telemetry()).live()
                          == cameras);
    }

    /** Until every frame has come out at the other end. */
    void awaitIdle() {
      for (StageKind kind : List.of(StageKind.detector, StageKind.recognizer, StageKind.sink)) {
        await()
            .atMost(Duration.ofSeconds(90))
            .during(Duration.ofSeconds(1))
            .until(() -> lag(kind) == 0);
      }
    }

    private double lag(StageKind kind) {
      return workers
          .get(kind)
          .telemetry()
          .registry()
          .find("facestream.consumer.lag")
          .gauges()
          .stream()
          .mapToDouble(Gauge::value)
          .sum();
    }

    @Override
    public void close() {
      try (Closing closing = new Closing()) {
        workers.values().forEach(closing::add);
      }
    }
  }
}
