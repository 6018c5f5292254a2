package org.facestream.deploy.lab.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.bench.meter.CpuGroup;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.deploy.lab.bench.reader.ReaderReport;
import org.junit.jupiter.api.Test;

/** How counts become figures. */
class FiguresTest {
  private static final String EARLIER =
      """
      # HELP facestream_dropped_total Records
      # TYPE facestream_dropped_total counter
      facestream_dropped_total{camera="bench-001",reason="too-old",stage="detector"} 3.0
      latency_seconds_bucket{stage="a \\"b\\", c",le="0.1"} 10
      latency_seconds_bucket{stage="a \\"b\\", c",le="+Inf"} 10
      latency_seconds_count{stage="a \\"b\\", c"} 10
      latency_seconds_sum{stage="a \\"b\\", c"} 0.5
      up 1
      """;

  private static final String LATER =
      """
      facestream_dropped_total{camera="bench-001",reason="too-old",stage="detector"} 5.0
      facestream_dropped_total{camera="bench-002",reason="behind",stage="ingest"} 4.0
      latency_seconds_bucket{stage="a \\"b\\", c",le="0.1"} 108
      latency_seconds_bucket{stage="a \\"b\\", c",le="0.25"} 109
      latency_seconds_bucket{stage="a \\"b\\", c",le="+Inf"} 110
      latency_seconds_count{stage="a \\"b\\", c"} 110
      latency_seconds_sum{stage="a \\"b\\", c"} 10.5
      up 1 1700000000000
      nonsense
      """;

  private final Scrape counted = Scrape.parse(LATER).since(Scrape.parse(EARLIER));

  @Test
  void countersAreTakenFromOneAnother() {
    assertEquals(6, counted.sum("facestream_dropped_total", series -> true));
    assertEquals(
        Map.of("too-old", 2.0, "behind", 4.0),
        counted.sums("facestream_dropped_total", "reason", series -> true));
    assertEquals(
        4,
        counted.sum(
            "facestream_dropped_total", series -> series.label("camera").equals("bench-002")));
    assertEquals(0, counted.sum("up", series -> true));
  }

  @Test
  void aWorkerThatBeganAnewCountsWithWhatItCounted() {
    Scrape restarted = Scrape.parse("x{a=\"1\"} 2\n").since(Scrape.parse("x{a=\"1\"} 50\n"));
    assertEquals(2, restarted.sum("x", series -> true));
    Scrape two = Scrape.parse("x 2\n").plus(Scrape.parse("x 3\ny 1\n"));
    assertEquals(5, two.sum("x", series -> true));
    assertEquals(1, two.sum("y", series -> true));
  }

  @Test
  void ofAHistogramThePercentilesAreBounds() {
    Latency latency =
        Latency.of(
            counted, "latency_seconds", series -> series.label("stage").startsWith("a \\\"b"));
    assertEquals(100, latency.count());
    assertEquals(100, latency.mean(), 1e-9);
    assertEquals(100, latency.p50());
    assertEquals(100, latency.p95());
    assertEquals(250, latency.p99());
    assertNull(latency.max());
    assertNull(Latency.of(counted, "nothing", series -> true).p99());
  }

  @Test
  void ofMeasurementsTheyAreMeasured() {
    double[] values = new double[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = 200 - i;
    }
    assertEquals(new Latency(200, 100.5, 100.0, 190.0, 198.0, 200.0), Latency.of(values));
    assertEquals(7, Latency.of(new double[] {7}).p99());
    assertEquals(0, Latency.of(new double[0]).count());
    assertNull(Latency.of(new double[0]).p50());
  }

  @Test
  void growthIsALineAndHowFarOneIsOffIt() {
    Growth straight =
        Growth.of(
            List.of(
                new Growth.Point(1, 0.3),
                new Growth.Point(2, 0.4),
                new Growth.Point(8, 1.0),
                new Growth.Point(8, 1.0)));
    assertEquals(0.2, straight.atNone(), 1e-9);
    assertEquals(0.1, straight.perCamera(), 1e-9);
    assertEquals(0, straight.deviation(), 1e-9);
    Growth bent =
        Growth.of(List.of(new Growth.Point(0, 1), new Growth.Point(1, 2), new Growth.Point(2, 6)));
    assertEquals(2.5, bent.perCamera(), 1e-9);
    assertEquals(0.5, bent.atNone(), 1e-9);
    assertEquals(0.5, bent.deviation(), 1e-9);
    assertNull(Growth.of(List.of(new Growth.Point(1, 1), new Growth.Point(2, 2))));
  }

  @Test
  void theReaderIsJudgedByTheMedianAndItsPicturesAreTold() {
    ReaderReport.Comparison decode =
        ReaderReport.Comparison.of(
            List.of(
                new ReaderReport.Round(20, 25.0, 25, 25.1),
                new ReaderReport.Round(90, 30.0, 24.9, 25.0),
                new ReaderReport.Round(18, 20.0, 25, 25.0)));
    ReaderReport.Comparison whole =
        ReaderReport.Comparison.of(List.of(new ReaderReport.Round(33, 30.0, 5, 5.0)));
    String text = new ReaderReport("ffmpeg", null, decode, whole).text();
    assertTrue(text.contains("24.9, 25.0"), text);
    assertTrue(
        text.contains("takes 0.90 of the CPU time of FFmpeg's program to decode, and 1.10"), text);
  }

  @Test
  void theReaderIsMeasuredAloneWhereNoProgramRuns() throws Exception {
    ReaderReport.Comparison alone =
        ReaderReport.Comparison.of(List.of(ReaderReport.Round.alone(20, 25)));
    ReaderReport report = new ReaderReport(null, "it needs libpulse.so.0.", alone, alone);
    String text = report.text();
    assertTrue(text.contains("Ours alone"), text);
    assertTrue(text.contains("20.0        -       -   25.0, -"), text);
    assertTrue(text.contains("No comparison: it needs libpulse.so.0."), text);
    String json = new ObjectMapper().writeValueAsString(report);
    assertTrue(json.contains("\"ours\":20.0"), json);
    assertFalse(json.contains("theirs"), json);
    assertFalse(json.contains("ratio"), json);
  }

  @Test
  void threadsAreKnownByTheirNames() {
    Map<String, CpuGroup> known =
        Map.ofEntries(
            Map.entry("camera-bench-001", CpuGroup.ingest),
            Map.entry("kafka-producer-network-thread | producer-3", CpuGroup.ingest),
            Map.entry(
                "kafka-producer-network-thread | producer-cctv.detector-all-in-one",
                CpuGroup.detector),
            Map.entry("mtcnn-1", CpuGroup.detector),
            Map.entry("kafka-coordinator-heartbeat-thread | cctv.ingest", CpuGroup.ingest),
            Map.entry("kafka-coordinator-heartbeat-thread | cctv.identity", CpuGroup.identity),
            Map.entry("cctv.identity-all-in-one-StreamThread-1", CpuGroup.identity),
            Map.entry(
                "kafka-producer-network-thread | cctv.identity-all-in-one-StreamThread-1-producer",
                CpuGroup.identity),
            Map.entry("recognizer-loop", CpuGroup.recognizer),
            Map.entry("sink-store:housekeeper", CpuGroup.sink),
            Map.entry("data-plane-kafka-request-handler-0", CpuGroup.broker),
            Map.entry("kafka-1-raft-io-thread", CpuGroup.broker),
            Map.entry("group-coordinator-event-processor-0", CpuGroup.broker),
            Map.entry("executor-Fetch", CpuGroup.broker),
            Map.entry("rtsp-server-1-2", CpuGroup.simulation),
            Map.entry("bench-tap", CpuGroup.measuring),
            Map.entry("AsyncAppender-Worker-file-queue", CpuGroup.other));
    known.forEach((name, group) -> assertSame(group, CpuGroup.ofThread(name), name));
  }
}
