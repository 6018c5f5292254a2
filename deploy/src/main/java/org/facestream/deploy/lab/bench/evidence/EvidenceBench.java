package org.facestream.deploy.lab.bench.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.facestream.deploy.embedded.EmbeddedDatabase;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.bench.meter.CpuGroup;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.MachineTime;
import org.facestream.deploy.lab.bench.meter.OtherProcesses;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.StageKind;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.Stage;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.recognizer.identity.MatchTopic;
import org.facestream.sink.search.FaceIndex;
import org.facestream.sink.search.FaceSearch;
import org.facestream.sink.search.Wanted;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.Visits;

/**
 * {@code facestream bench evidence}: a real broker, PostgreSQL and sink in this process.
 *
 * @param sightings to store
 * @param rate events per second; 0 for as fast as they are stored
 * @param span over which they were captured
 * @param cameras that saw them
 * @param folder for broker, database and index; emptied by nobody
 */
record EvidenceBench(int sightings, int rate, Duration span, int cameras, Path folder) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BETWEEN_SEARCHES = Duration.ofMillis(500);

  /** What searches took, in milliseconds, until it is interrupted. */
  private record Searching(Thread thread, List<Double> millis, AtomicReference<Exception> failed) {
    void end() throws Exception {
      thread.interrupt();
      thread.join();
      Exception why = failed.get();
      if (why != null) {
        throw why;
      }
    }
  }

  EvidenceReport run() throws Exception {
    try (Closing closing = new Closing()) {
      EmbeddedKafka kafka = closing.add(new EmbeddedKafka(folder.resolve("kafka"), 0));
      EmbeddedDatabase database = closing.add(new EmbeddedDatabase(folder.resolve("postgres"), 0));
      Path index = folder.resolve("search");
      Map<String, String> options = new LinkedHashMap<>(database.settings());
      options.put("kafka.bootstrap-servers", kafka.bootstrapServers());
      // Records carry the time of capture, and Kafka deletes faces after six hours.
      options.put("kafka.topic-settings", "faces.retention.ms=604800000");
      options.put("sink.search-folder", index.toString());
      Settings settings = new Configuration(Optional.empty(), Map.of(), options).settings();
      KafkaClients clients = new KafkaClients(settings.get(KafkaConfig.class));
      MadeUpDay day = new MadeUpDay(settings, clients, cameras);
      Stage sink =
          closing.add(StageKind.sink.make(settings, clients, closing.add(new Telemetry())));
      sink.start();
      Database store = closing.add(new Database(settings.get(StoreConfig.class)));
      while (!sink.health().ready()) {
        Thread.sleep(100);
      }
      closing.add(new ReadAtOnce(clients, "recognizer", FaceTopic.TOPIC));
      closing.add(new ReadAtOnce(clients, "identity", MatchTopic.TOPIC));
      return measure(new Place(clients, store, index), day);
    }
  }

  /** Where it happens. */
  private record Place(KafkaClients clients, Database store, Path index) {}

  private EvidenceReport measure(Place place, MadeUpDay day) throws Exception {
    CpuMeter meter = new CpuMeter(database());
    CpuMeter.Reading before = meter.read();
    Optional<MachineTime> machineBefore = MachineTime.read();
    long begin = System.nanoTime();
    Searching searching = search(place, day.wanted());
    new Publishing(place.clients(), day, rate).publish(sightings, span, begin);
    long published = System.nanoTime();
    awaitRows(place, "SELECT count(*) FROM sighting WHERE ended", sightings);
    awaitRows(place, "SELECT count(*) FROM face_descriptor", 3L * sightings);
    long end = System.nanoTime();
    CpuMeter.Reading after = meter.read();
    Optional<MachineTime> machineAfter = MachineTime.read();
    searching.end();
    double seconds = (end - begin) / 1e9;
    Map<CpuGroup, Double> used = after.since(before, seconds);
    double ours = used.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<String, Double> cores = new LinkedHashMap<>();
    used.forEach(
        (group, value) -> {
          if (value >= .001) {
            cores.put(group.what(), value);
          }
        });
    Optional<OtherProcesses> others =
        OtherProcesses.of(machineBefore, machineAfter, seconds, ours, false);
    int machine = Runtime.getRuntime().availableProcessors();
    double spare = machine - ours - others.map(OtherProcesses::cores).orElse(0.0);
    return new EvidenceReport(
        new EvidenceReport.Stored(
            Stored.count(place.store(), "SELECT count(*) FROM identity_event"),
            Stored.count(place.store(), "SELECT count(*) FROM sighting"),
            Stored.count(place.store(), "SELECT count(*) FROM face_picture"),
            Stored.count(place.store(), "SELECT count(*) FROM face_descriptor"),
            Stored.count(place.store(), "SELECT count(*) FROM visit")),
        seconds,
        (end - published) / 1e9,
        cores,
        new EvidenceReport.Machine(machine, spare),
        summary(searching.millis()),
        Stored.bytes(place.store(), place.index()),
        questions(place, day),
        day.crop(),
        others);
  }

  private static Searching search(Place place, float[] descriptor) {
    List<Double> millis = Collections.synchronizedList(new ArrayList<>());
    AtomicReference<Exception> failed = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try (FaceIndex index = FaceIndex.open(place.index());
                  FaceSearch search = new FaceSearch(place.store().dataSource(), index, 1)) {
                while (true) {
                  millis.add(timed(() -> search.search(wanted(descriptor))));
                  Thread.sleep(BETWEEN_SEARCHES.toMillis());
                }
              } catch (InterruptedException ends) {
                Thread.currentThread().interrupt();
              } catch (Exception wrong) {
                failed.set(wrong);
              }
            },
            "bench-search");
    thread.start();
    return new Searching(thread, millis, failed);
  }

  private static Wanted wanted(float[] descriptor) {
    return new Wanted(descriptor, "facenet", Metric.EUCLIDEAN, Wanted.Conditions.NONE, 10);
  }

  private static EvidenceReport.Searches summary(List<Double> millis) {
    List<Double> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    int count = sorted.size();
    return count == 0
        ? new EvidenceReport.Searches(0, 0, 0)
        : new EvidenceReport.Searches(
            count, sorted.get(count / 2), sorted.get(Math.min(count - 1, (int) (count * .99))));
  }

  private Map<String, Double> questions(Place place, MadeUpDay day) throws Exception {
    Sightings sightings = new Sightings(place.store().dataSource());
    Visits visits = new Visits(place.store().dataSource());
    Instant now = Instant.now();
    Map<String, Double> questions = new LinkedHashMap<>();
    questions.put(
        "sightings of a camera in an hour",
        timed(
            () ->
                sightings.list(
                    new Sightings.Wanted(
                        Optional.empty(),
                        false,
                        Optional.of("camera-1"),
                        Optional.empty(),
                        Optional.of(now.minus(span).minusSeconds(3_600)),
                        Optional.of(now),
                        100))));
    questions.put(
        "sightings of a person",
        timed(
            () ->
                sightings.list(
                    new Sightings.Wanted(
                        Optional.of("person-7"),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        100))));
    questions.put(
        "visits of a person",
        timed(
            () ->
                visits.read(
                    new Visits.Wanted(
                        List.of("person-7"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        100),
                    visit -> {})));
    float[] descriptor = day.wanted();
    try (FaceIndex index = FaceIndex.open(place.index());
        FaceSearch search =
            new FaceSearch(
                place.store().dataSource(), index, Runtime.getRuntime().availableProcessors())) {
      search.search(wanted(descriptor));
      questions.put("search by a face", timed(() -> search.search(wanted(descriptor))));
    }
    return questions;
  }

  private interface Work {
    Object run() throws Exception;
  }

  private static double timed(Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private OptionalLong database() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("postgres"), 3)) {
      Optional<Path> id = files.filter(file -> file.endsWith("postmaster.pid")).findFirst();
      return id.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(Files.readAllLines(id.get()).get(0).strip()));
    }
  }

  /** Waits as long as more rows come. */
  private static void awaitRows(Place place, String count, long rows) throws Exception {
    long most = 0;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (most < rows) {
      long now = Stored.count(place.store(), count);
      if (now > most) {
        most = now;
        deadline = System.nanoTime() + PATIENCE.toNanos();
      } else if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            count + ": " + most + " of " + rows + " rows, and no more for " + PATIENCE);
      }
      Thread.sleep(200);
    }
  }
}
