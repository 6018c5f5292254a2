package org.facestream.deploy.lab.bench.pipeline;

import com.fasterxml.jackson.annotation.JsonGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuGroup;
import org.facestream.deploy.lab.bench.meter.Memory;
import org.facestream.deploy.lab.bench.meter.OtherProcesses;
import org.facestream.deploy.lab.bench.meter.Scrape;
import org.facestream.deploy.lab.simulation.LoadCameras;
import org.facestream.recognizer.identity.IdentityTopic;
import org.jspecify.annotations.Nullable;

/**
 * What was counted between two moments under a steady load.
 *
 * @param cameras that were running
 * @param seconds between the two moments
 * @param secondsAsked that it should have lasted: it goes on until enough events have come
 * @param framesWanted per second: what the cameras were to give together
 * @param framesPublished per second, by ingest
 * @param framesLookedAt per second, by detectors
 * @param lostShare frames that were dropped on the way to a detector's networks, of those that
 *     should have come there, 0 to 1
 * @param captureToEvent from a picture's capture until a reader has the event that it caused
 * @param stages each stage, in order
 * @param records from capture until a reader has a record, by what the topic carries
 * @param parts where stages spend their time
 * @param lost records that stages dropped, by reason; also what a detector held back on purpose
 * @param cpu cores in use, by who uses them
 * @param topics bytes per second through the broker; empty when it runs elsewhere
 * @param workersCores cores that workers elsewhere say they used; null for the all-in-one
 * @param otherProcesses what everybody else used of the processor; null where that is not known
 * @param memory of this process at the end
 */
// The fields of its JSON; made in one place.
record WindowReport(
    int cameras,
    double seconds,
    int secondsAsked,
    double framesWanted,
    double framesPublished,
    double framesLookedAt,
    double lostShare,
    Latency captureToEvent,
    List<OfStage> stages,
    Map<String, Latency> records,
    List<Part> parts,
    List<Drop> lost,
    List<Usage> cpu,
    List<Traffic> topics,
    @Nullable Double workersCores,
    @Nullable OtherProcesses otherProcesses,
    Memory memory) {

  private static final List<String> STAGES =
      List.of("ingest", "detector", "recognizer", "identity", "sink");

  /** Of one track there are better faces, or it may be none: that is a choice and no loss. */
  private static final Set<String> ON_PURPOSE =
      Set.of("unconfirmed-track", "not-best-shot", "low-score", "duplicate");

  private static final Set<CpuGroup> NOT_OF_THE_PIPELINE =
      EnumSet.of(CpuGroup.simulation, CpuGroup.measuring, CpuGroup.compiler);

  /** Of ingest, but no frame. */
  private static final String STATUS = "status-not-taken";

  private static final Set<String> OF_FRAMES = Set.of("cameras", "ingest", "detector");

  /**
   * A stage.
   *
   * @param in records per second that it took in; frames that cameras gave are not counted
   * @param out records per second that it published or stored
   * @param sinceCapture until it was done with a picture: percentiles are bounds of a histogram
   */
  record OfStage(String stage, @Nullable Double in, double out, Latency sinceCapture) {}

  /**
   * A part of a stage's work.
   *
   * @param perSecond how often
   * @param meanMs milliseconds each time
   */
  record Part(String stage, String part, double perSecond, double meanMs) {}

  /**
   * Records that were dropped.
   *
   * @param onPurpose whether they were held back as not worth the further way
   */
  record Drop(String stage, String reason, long count, boolean onPurpose) {}

  /**
   * Somebody's part of the processor.
   *
   * @param cores used on average
   * @param share of all that was used, 0 to 1
   */
  record Usage(CpuGroup group, double cores, double share) {}

  /** Bytes per second of a topic, written and read. */
  record Traffic(String topic, double in, double out) {}

  static WindowReport of(
      int cameras,
      double fps,
      int secondsAsked,
      Reading begin,
      Reading end,
      Map<String, double[]> ages) {
    double seconds = (end.nanos() - begin.nanos()) / 1e9;
    Scrape counted = end.scrape().since(begin.scrape());
    List<OfStage> stages = new ArrayList<>();
    for (String stage : STAGES) {
      Predicate<Scrape.Series> here = of(stage);
      // Ingest takes in what cameras send, and counts only what it publishes of it.
      Double in =
          stage.equals("ingest")
              ? null
              : Double.valueOf(counted.sum("facestream_records_in_total", here) / seconds);
      double out =
          stage.equals("identity")
              ? counted.sum("facestream_events_total", WindowReport::ours)
              : counted.sum("facestream_records_out_total", here);
      stages.add(
          new OfStage(
              stage,
              in,
              out / seconds,
              Latency.of(counted, "facestream_capture_latency_seconds", here)));
    }
    List<Drop> drops = drops(counted, end.unsent() - begin.unsent());
    double lost =
        drops.stream()
            .filter(drop -> !drop.onPurpose() && OF_FRAMES.contains(drop.stage()))
            .filter(drop -> !drop.reason().equals(STATUS))
            .mapToLong(Drop::count)
            .sum();
    double lookedAt = counted.sum("facestream_capture_latency_seconds_count", of("detector"));
    Map<String, Latency> records = new TreeMap<>();
    ages.forEach((thing, those) -> records.put(thing, Latency.of(those)));
    boolean elsewhere = end.traffic().isEmpty();
    double workers = counted.sum("process_cpu_time_ns_total", series -> true) / 1e9 / seconds;
    List<Usage> cpu = usage(end.cpu().since(begin.cpu(), seconds));
    double ours = cpu.stream().mapToDouble(Usage::cores).sum() + (elsewhere ? workers : 0);
    return new WindowReport(
        cameras,
        seconds,
        secondsAsked,
        cameras * fps,
        counted.sum("facestream_records_out_total", of("ingest")) / seconds,
        lookedAt / seconds,
        lost + lookedAt == 0 ? (cameras > 0 ? 1 : 0) : lost / (lost + lookedAt),
        Objects.requireNonNull(records.get(IdentityTopic.TOPIC.thing()), "every topic is read"),
        stages,
        records,
        parts(counted, seconds),
        drops,
        cpu,
        traffic(begin, end, seconds),
        elsewhere ? Double.valueOf(workers) : null,
        OtherProcesses.of(begin.machine(), end.machine(), seconds, ours, elsewhere).orElse(null),
        Memory.now());
  }

  /** Other cameras may run on the same workers. */
  private static boolean ours(Scrape.Series series) {
    return series.label("camera").startsWith(LoadCameras.PREFIX);
  }

  private static Predicate<Scrape.Series> of(String stage) {
    return series -> series.label("stage").equals(stage) && ours(series);
  }

  private static List<Drop> drops(Scrape counted, long unsent) {
    Map<List<String>, Double> counts = new TreeMap<>((one, other) -> compare(one, other));
    counted
        .values()
        .forEach(
            (series, count) -> {
              if (series.name().equals("facestream_dropped_total") && ours(series)) {
                counts.merge(
                    List.of(series.label("stage"), series.label("reason")), count, Double::sum);
              }
            });
    List<Drop> drops = new ArrayList<>();
    if (unsent > 0) {
      drops.add(new Drop("cameras", "reader-too-slow", unsent, false));
    }
    counts.forEach(
        (what, count) -> {
          if (count > 0) {
            drops.add(
                new Drop(
                    what.get(0), what.get(1), Math.round(count), ON_PURPOSE.contains(what.get(1))));
          }
        });
    return drops;
  }

  private static int compare(List<String> one, List<String> other) {
    int stage = Integer.compare(STAGES.indexOf(one.get(0)), STAGES.indexOf(other.get(0)));
    return stage != 0 ? stage : one.get(1).compareTo(other.get(1));
  }

  private static List<Part> parts(Scrape counted, double seconds) {
    List<Part> parts = new ArrayList<>();
    for (String stage : STAGES) {
      Predicate<Scrape.Series> here = series -> series.label("stage").equals(stage);
      Map<String, Double> sums = counted.sums("facestream_stage_time_seconds_sum", "part", here);
      counted
          .sums("facestream_stage_time_seconds_count", "part", here)
          .forEach(
              (part, count) -> {
                if (count > 0) {
                  double mean = 1000 * sums.getOrDefault(part, 0.0) / count;
                  parts.add(new Part(stage, part, count / seconds, mean));
                }
              });
    }
    return parts;
  }

  private static List<Usage> usage(Map<CpuGroup, Double> cores) {
    double all = cores.values().stream().mapToDouble(Double::doubleValue).sum();
    return cores.entrySet().stream()
        .map(
            each -> new Usage(each.getKey(), each.getValue(), all == 0 ? 0 : each.getValue() / all))
        .toList();
  }

  private static List<Traffic> traffic(Reading begin, Reading end, double seconds) {
    List<Traffic> topics = new ArrayList<>();
    end.traffic()
        .forEach(
            (topic, bytes) -> {
              BrokerTraffic.Bytes passed = bytes.since(begin.traffic().get(topic));
              if (passed.in() > 0 || passed.out() > 0) {
                topics.add(new Traffic(topic, passed.in() / seconds, passed.out() / seconds));
              }
            });
    return topics;
  }

  /**
   * Cores that the pipeline used: all but what belongs to the measurement, and to Java's compiler,
   * which has done its work after some minutes.
   */
  @JsonGetter("pipeline_cores")
  double cores() {
    double here =
        cpu.stream()
            .filter(usage -> !NOT_OF_THE_PIPELINE.contains(usage.group()))
            .mapToDouble(Usage::cores)
            .sum();
    return workersCores == null ? here : workersCores;
  }

  /** Whether other processes made the figures worthless. */
  @JsonIgnore
  boolean disturbed() {
    return otherProcesses != null && otherProcesses.disturbing();
  }

  /** Cores that the simulated cameras used. */
  @JsonIgnore
  double simulationCores() {
    return cpu.stream()
        .filter(usage -> usage.group() == CpuGroup.simulation)
        .mapToDouble(Usage::cores)
        .sum();
  }

  /**
   * The latency that is judged, in milliseconds: from capture to the event, or, where nobody is in
   * sight and no event comes, to the end of detection. Null when nothing came, or much too late.
   */
  @JsonIgnore
  @Nullable Double judged(int faces) {
    return faces > 0
        ? captureToEvent.p99()
        : stages.get(STAGES.indexOf("detector")).sinceCapture().p99();
  }

  /** Whether fewer than 99 of 100 kept the bound in milliseconds, or nothing came. */
  boolean late(int faces, double bound) {
    Double judged = judged(faces);
    return judged == null || judged > bound;
  }
}
