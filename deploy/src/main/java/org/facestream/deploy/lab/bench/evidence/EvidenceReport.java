package org.facestream.deploy.lab.bench.evidence;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.facestream.deploy.lab.bench.meter.OtherProcesses;

/**
 * What came out.
 *
 * @param stored what the database holds
 * @param seconds from the first record until the last one was stored
 * @param lag seconds from the last record until it was stored
 * @param cores that were used, by group
 * @param machine cores of the machine, and how many nobody used
 * @param search times of searches meanwhile
 * @param bytes by table, with indexes and pictures, and of the search index
 * @param questions milliseconds of typical questions afterwards
 * @param crop mean size of a crop
 * @param others who disturbed the measurement
 */
record EvidenceReport(
    Stored stored,
    double seconds,
    double lag,
    Map<String, Double> cores,
    Machine machine,
    Searches search,
    Map<String, Long> bytes,
    Map<String, Double> questions,
    @JsonProperty("crop_bytes") double crop,
    Optional<OtherProcesses> others) {

  /** Rows of the database. */
  record Stored(long events, long sightings, long crops, long descriptors, long visits) {}

  /** Cores of the machine, and how many nobody used. */
  record Machine(int cores, double spare) {}

  /** Searches by photo while it was stored. */
  record Searches(
      int count, @JsonProperty("p50_ms") double p50, @JsonProperty("p99_ms") double p99) {}

  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%d events, %d sightings, %d crops, %d descriptors, %d visits stored in %.1f s: %.1f events/s",
        stored.events(),
        stored.sightings(),
        stored.crops(),
        stored.descriptors(),
        stored.visits(),
        seconds,
        stored.events() / seconds);
    line(text, "the last one %.1f s after it was published", lag);
    line(
        text,
        "%d searches meanwhile: p50 %.0f ms, p99 %.0f ms",
        search.count(),
        search.p50(),
        search.p99());
    cores.forEach((group, used) -> line(text, "  %-40s %.3f cores", group, used));
    line(text, "nobody used %.2f of %d cores", machine.spare(), machine.cores());
    long all = bytes.values().stream().mapToLong(Long::longValue).sum();
    new TreeMap<>(bytes)
        .forEach(
            (table, size) ->
                line(text, "  %-40s %8.2f GB per million sightings", table, perMillion(size)));
    line(
        text,
        "  %-40s %8.2f GB per million sightings, of crops of %.1f kB",
        "together",
        perMillion(all),
        crop / 1e3);
    questions.forEach((question, millis) -> line(text, "  %-40s %8.1f ms", question, millis));
    others.filter(OtherProcesses::disturbing).ifPresent(them -> line(text, "%s", them.warning()));
    return text.toString();
  }

  private double perMillion(long size) {
    return size / (double) Math.max(1, stored.sightings()) * 1e6 / 1e9;
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }
}
