package org.facestream.deploy.lab.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuGroup;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.MachineTime;
import org.facestream.deploy.lab.bench.meter.OtherProcesses;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.junit.jupiter.api.Test;

/** What is judged of a window, and which drops are losses. */
class WindowReportTest {
  private static final String COUNTED =
      """
      facestream_records_out_total{camera="bench-001",stage="ingest"} 100
      facestream_records_out_total{camera="door",stage="ingest"} 900
      facestream_records_in_total{camera="bench-001",stage="detector"} 98
      facestream_capture_latency_seconds_count{camera="bench-001",stage="detector"} 90
      facestream_capture_latency_seconds_sum{camera="bench-001",stage="detector"} 9
      facestream_capture_latency_seconds_bucket{camera="bench-001",stage="detector",le="0.15"} 89
      facestream_capture_latency_seconds_bucket{camera="bench-001",stage="detector",le="0.25"} 90
      facestream_dropped_total{camera="bench-001",reason="too-old",stage="detector"} 5
      facestream_dropped_total{camera="bench-001",reason="behind",stage="ingest"} 3
      facestream_dropped_total{camera="bench-001",reason="status-not-taken",stage="ingest"} 9
      facestream_dropped_total{camera="bench-001",reason="not-best-shot",stage="detector"} 70
      facestream_dropped_total{camera="bench-001",reason="low-score",stage="recognizer"} 4
      facestream_dropped_total{camera="door",reason="too-old",stage="detector"} 50
      facestream_stage_time_seconds_count{stage="detector",part="mtcnn"} 20
      facestream_stage_time_seconds_sum{stage="detector",part="mtcnn"} 1
      """;

  private static Reading reading(long seconds, String scrape, long process, long unsent) {
    return new Reading(
        seconds * 1_000_000_000,
        Scrape.parse(scrape),
        new CpuMeter.Reading(
            process,
            Map.of(
                1L, new CpuMeter.OfThread("detector-loop", process / 2),
                2L, new CpuMeter.OfThread("rtsp-server-1-1", process / 4)),
            Map.of(CpuGroup.compiler, process / 8),
            Map.of()),
        Map.of("cctv.frames.v1", new BrokerTraffic.Bytes(seconds * 1000, seconds * 3000)),
        unsent,
        Optional.of(new MachineTime(2 * process, 2)));
  }

  private static WindowReport window(double... ages) {
    return WindowReport.of(
        2,
        5,
        3,
        reading(0, "", 0, 1),
        reading(10, COUNTED, 8_000_000_000L, 3),
        Map.of("identities", ages, "faces", ages, "matches", ages));
  }

  @Test
  void onlyOursAndOnlyFramesAreLosses() {
    WindowReport window = window(100, 120);
    assertEquals(10, window.seconds());
    assertEquals(10, window.framesWanted());
    assertEquals(10, window.framesPublished());
    assertEquals(9, window.framesLookedAt());
    // Two that a camera could not send, three by ingest, five by the detector.
    assertEquals(10 / 100.0, window.lostShare(), 1e-9);
    assertEquals(6, window.lost().size());
    assertEquals(
        List.of(
            new WindowReport.Drop("detector", "not-best-shot", 70, true),
            new WindowReport.Drop("recognizer", "low-score", 4, true)),
        window.lost().stream().filter(WindowReport.Drop::onPurpose).toList());
    assertEquals(new WindowReport.Part("detector", "mtcnn", 2, 50), window.parts().get(0));
    assertEquals(List.of(new WindowReport.Traffic("cctv.frames.v1", 1000, 3000)), window.topics());
  }

  @Test
  void theProcessorIsSharedOutWhole() {
    WindowReport window = window(100);
    assertEquals(0.8, window.cpu().stream().mapToDouble(WindowReport.Usage::cores).sum(), 1e-9);
    assertEquals(0.2, window.simulationCores(), 1e-9);
    // Half is the detector's; an eighth is of no thread that is known.
    assertEquals(0.5, window.cores(), 1e-9);
    assertNull(window.workersCores());
  }

  @Test
  void eventsAreJudgedOrDetectionWhereNobodyIsInSight() {
    assertEquals(120, window(100, 120).judged(1));
    assertFalse(window(100, 120).late(1, 120));
    assertTrue(window(100, 120).late(1, 119));
    assertTrue(window().late(1, 60_000), "no event came");
    assertEquals(250, window().judged(0));
    assertFalse(window().late(0, 250));
  }

  @Test
  void itsTextTellsEverything() {
    String text = WindowText.of(window(100, 120));
    for (String part :
        List.of(
            "lost 10.00 %",
            "a reader has an identity event",
            "<250",
            "mtcnn 50.0",
            "The window lasted 10 s instead of 3",
            "Dropped: 5 too-old by detector: older than detector.max-age",
            "Other processes used 0.80 of 2 cores: the figures are not valid",
            "Held back on purpose: 70",
            "cctv.frames.v1",
            "simulated cameras",
            "Memory of this process")) {
      assertTrue(text.contains(part), part + " is not in\n" + text);
    }
  }

  @Test
  void whatOthersUsedIsWhatIsLeftAndDisturbsFromATenthOn() {
    Optional<MachineTime> begin = Optional.of(new MachineTime(5_000_000_000L, 4));
    Optional<MachineTime> end = Optional.of(new MachineTime(25_000_000_000L, 4));
    assertEquals(
        Optional.of(new OtherProcesses(0.5, 4, true)),
        OtherProcesses.of(begin, end, 10, 1.5, false));
    assertEquals(
        Optional.of(new OtherProcesses(0.25, 4, false)),
        OtherProcesses.of(begin, end, 10, 1.75, false));
    // They may be the pipeline's own.
    assertFalse(OtherProcesses.of(begin, end, 10, 0, true).orElseThrow().disturbing());
    assertEquals(0, OtherProcesses.of(begin, end, 10, 2.1, false).orElseThrow().cores());
    assertEquals(Optional.empty(), OtherProcesses.of(begin, Optional.empty(), 10, 1, false));
  }

  @Test
  void theVerdictOfOneWindowSaysWhetherTheBoundsWereKept() {
    WindowReport window = window(100, 120);
    Verdict lost = Verdict.of(window, 1, 500, 0.01);
    assertFalse(lost.carried());
    assertEquals(
        "Too much: 99 % of events within 120 ms (500 ms may be), 10.00 % of frames lost "
            + "(1.0 % may be: too many); only 2 events, so the result is not reliable: increase "
            + "--seconds.",
        lost.text());
    assertEquals(
        "Carried: 99 % of pictures within <250 ms (250 ms may be), 10.00 % of frames lost"
            + " (10.0 % may be).",
        Verdict.of(window(), 0, 250, 0.1).text());
    assertTrue(
        Verdict.of(window(), 1, 500, 1).text().startsWith("Too much: no event came (500 ms may"));
  }

  @Test
  void theVerdictSaysHowManyAndWhy() {
    SaturationReport.Step good = new SaturationReport.Step(window(100, 120), false, false);
    SaturationReport.Step bad = new SaturationReport.Step(window(), true, true);
    assertTrue(SaturationReport.line(bad).endsWith("too many: late, lost"));
    assertTrue(SaturationReport.line(good).endsWith("0.200"), SaturationReport.line(good));
    Growth growth = new Growth(0.25, 0.125, 0.07);
    String verdict =
        new SaturationReport(500, 0.01, List.of(good, bad), 2, false, growth, window(100, 120))
            .verdict("cameras of some kind");
    assertTrue(verdict.startsWith("In 2 of 2 trials: Other processes used 0.80 of 2"), verdict);
    assertTrue(verdict.contains("\nUp to 2 cameras of some kind: 99 % of events within 500 ms"));
    assertTrue(verdict.contains("p50 100 ms, p95 120 ms, p99 120 ms"), verdict);
    assertTrue(verdict.contains("0.250 without cameras and 0.1250 for each camera"), verdict);
    String none =
        new SaturationReport(500, 0.01, List.of(bad), 0, false, null, null)
            .verdict("cameras of some kind");
    assertTrue(none.contains("No trial with cameras of some kind"), none);
  }
}
