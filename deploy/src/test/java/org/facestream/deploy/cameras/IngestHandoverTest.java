package org.facestream.deploy.cameras;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.deploy.Main;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two ingest workers as processes of their own, one of which is killed. */
class IngestHandoverTest {
  private static final int CAMERAS = 8;

  @TempDir private Path folder;

  @Test
  void aKilledWorkersCamerasGoOnInTheOtherAndNothingElseRestarts() throws Exception {
    List<Process> workers = new ArrayList<>();
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"), 0);
        RtspServer server = new RtspServer()) {
      KafkaClients clients =
          KafkaClients.of(kafka.bootstrapServers(), Map.of("kafka.partitions", "4"));
      CameraRegistry registry = new CameraRegistry(clients);
      server.start();
      List<Camera> cameras = new ArrayList<>();
      for (int i = 0; i < CAMERAS; i++) {
        server.add("c" + i, MovingPattern.h264(160, 120, 10));
        cameras.add(Camera.of("c" + i, server.url("c" + i)));
      }
      registry.apply(cameras, false);
      workers.add(worker(kafka, "one"));
      workers.add(worker(kafka, "two"));
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                Set<String> running = workersOf(registry.reports());
                return running.equals(Set.of("one", "two")) && allLive(registry.reports());
              });
      Map<String, CameraReport> before = registry.reports();

      workers.get(0).destroyForcibly().waitFor();
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () ->
                  workersOf(registry.reports()).equals(Set.of("two"))
                      && allLive(registry.reports()));
      Map<String, CameraReport> after = registry.reports();
      before.forEach(
          (id, report) -> {
            boolean stayed = report.worker().equals("two");
            assertEquals(stayed, report.epoch().equals(after.get(id).epoch()), id);
          });
      judge(clients, before, after);

      workers.get(1).destroy();
      assertTrue(workers.get(1).waitFor(30, TimeUnit.SECONDS), "did not end");
      registry
          .reports()
          .forEach(
              (id, report) -> {
                assertEquals(CameraState.OFF, report.state(), id);
                assertEquals("stopped", report.reason(), id);
              });
    } finally {
      workers.forEach(Process::destroyForcibly);
    }
  }

  /** Frames of a camera are of one worker at a time; those of a camera that stayed have no gap. */
  private static void judge(
      KafkaClients clients, Map<String, CameraReport> before, Map<String, CameraReport> after)
      throws InvalidRecordException {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicLog reader = new TopicLog(clients, FrameTopic.TOPIC)) {
      reader.readToEnd(records::add);
    }
    Map<String, List<Frame>> frames = new TreeMap<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      frames
          .computeIfAbsent(record.key(), id -> new ArrayList<>())
          .add(FrameTopic.fromRecord(record));
    }
    assertEquals(CAMERAS, frames.size());
    frames.forEach(
        (id, all) -> {
          Set<Long> over = new HashSet<>();
          long epoch = all.get(0).epoch();
          for (Frame frame : all) {
            if (frame.epoch() != epoch) {
              over.add(epoch);
              epoch = frame.epoch();
            }
            assertTrue(!over.contains(epoch), id + " was run twice");
          }
          if (before.get(id).epoch().equals(after.get(id).epoch())) {
            long stayed = epoch;
            List<Long> sequence =
                all.stream().filter(frame -> frame.epoch() == stayed).map(Frame::sequence).toList();
            // The topic may have let go of the first ones.
            long first = sequence.get(0);
            assertEquals(
                LongStream.range(first, first + sequence.size()).boxed().toList(), sequence, id);
          }
        });
    List<Long> gaps = new ArrayList<>();
    before.forEach(
        (id, report) -> {
          if (report.worker().equals("one")) {
            gaps.add(gap(frames.get(id), report.epoch(), after.get(id).epoch()));
          }
        });
    Figures.print(
        8,
        "%d of %d cameras handed over, without a frame for %s ms (session timeout 6000 ms);"
            + " %d others without a gap",
        gaps.size(),
        CAMERAS,
        gaps,
        CAMERAS - gaps.size());
    // The session's end, a rebalance, a connection, and what a busy machine adds.
    assertTrue(gaps.stream().allMatch(gap -> gap < 20_000), gaps::toString);
  }

  /** Milliseconds from the last frame of one epoch to the first of another. */
  private static long gap(List<Frame> frames, long from, long to) {
    Frame last = null;
    for (Frame frame : frames) {
      if (frame.epoch() == from) {
        last = frame;
      } else if (frame.epoch() == to && last != null) {
        return Duration.between(last.captureTime(), frame.captureTime()).toMillis();
      }
    }
    throw new AssertionError("no handover");
  }

  private static Set<String> workersOf(Map<String, CameraReport> reports) {
    return reports.values().stream()
        .map(CameraReport::worker)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean allLive(Map<String, CameraReport> reports) {
    return reports.size() == CAMERAS
        && reports.values().stream().allMatch(report -> report.state() == CameraState.LIVE);
  }

  private Process worker(EmbeddedKafka kafka, String id) throws IOException {
    Path data = Files.createDirectories(folder.resolve(id));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "ingest",
            "--set",
            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
            "--set",
            "worker.id=" + id,
            "--set",
            "worker.http-port=0",
            // A busy machine's broker may take its time.
            "--set",
            "ingest.send-timeout=30s")
        .directory(data.toFile())
        .redirectErrorStream(true)
        .redirectOutput(data.resolve("log").toFile())
        .start();
  }
}
