package org.facestream.deploy.lab.bench.reader;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What reading one camera costs, ours and FFmpeg's own program side by side. Figures of FFmpeg are
 * null, and left out of JSON, where there is no program to compare with.
 *
 * @param program FFmpeg's, a path
 * @param noComparison why there is no program to compare with; null where there is one
 * @param decode every picture decoded, none encoded
 * @param whole every picture decoded, the sampled ones encoded as JPEG; ours also hands them to
 *     Kafka
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReaderReport(
    @Nullable String program, @Nullable String noComparison, Comparison decode, Comparison whole) {

  /**
   * The same work by both.
   *
   * @param rounds each window
   * @param ours milliseconds of processor time per second of video, the median
   * @param theirs the same of FFmpeg's program
   * @param ratio of ours to theirs, the median of the rounds'
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Comparison(
      List<Round> rounds, @Nullable Double ours, @Nullable Double theirs, @Nullable Double ratio) {
    public static Comparison of(List<Round> rounds) {
      return new Comparison(
          rounds,
          median(rounds.stream().map(Round::ours).toList()),
          median(rounds.stream().map(Round::theirs).toList()),
          median(rounds.stream().map(Round::ratio).toList()));
    }

    private static @Nullable Double median(List<Double> values) {
      List<Double> sorted = values.stream().filter(Objects::nonNull).sorted().toList();
      if (sorted.isEmpty()) {
        return null;
      }
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
  }

  /**
   * A window in which both read the same camera.
   *
   * @param ours milliseconds of processor time per second of video: the camera's thread
   * @param theirs the same of FFmpeg's process
   * @param ourFrames pictures a second that were decoded, or, where they are encoded too, published
   * @param theirFrames pictures a second that FFmpeg put out
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Round(
      double ours, @Nullable Double theirs, double ourFrames, @Nullable Double theirFrames) {
    public static Round alone(double ours, double ourFrames) {
      return new Round(ours, null, ourFrames, null);
    }

    @Nullable Double ratio() {
      return theirs == null ? null : ours / theirs;
    }
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    add(
        text,
        "%s; milliseconds of CPU time per second of video",
        program == null ? "Ours alone" : "Against " + program);
    table(text, "decode alone", decode);
    table(text, "decode, sample, JPEG", whole);
    if (program == null) {
      add(text, "No comparison: %s", noComparison);
    } else {
      add(
          text,
          "facestream takes %.2f of the CPU time of FFmpeg's program to decode, and %.2f "
              + "with sampling and JPEG; below 1, facestream takes less.",
          decode.ratio(),
          whole.ratio());
    }
    return text.toString();
  }

  private static void table(StringBuilder text, String work, Comparison comparison) {
    add(
        text,
        "%-22s %8s %8s %7s   pictures per second: facestream, ffmpeg",
        work,
        "ours",
        "ffmpeg",
        "ratio");
    for (Round round : comparison.rounds()) {
      add(
          text,
          "%-22s %8s %8s %7s   %s, %s",
          "",
          figure("%.1f", round.ours()),
          figure("%.1f", round.theirs()),
          figure("%.2f", round.ratio()),
          figure("%.1f", round.ourFrames()),
          figure("%.1f", round.theirFrames()));
    }
    add(
        text,
        "%-22s %8s %8s %7s",
        "  median",
        figure("%.1f", comparison.ours()),
        figure("%.1f", comparison.theirs()),
        figure("%.2f", comparison.ratio()));
  }

  private static String figure(String format, @Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }

  private static void add(StringBuilder text, String line, @Nullable Object... values) {
    text.append(String.format(Locale.ROOT, line, values)).append(System.lineSeparator());
  }
}
