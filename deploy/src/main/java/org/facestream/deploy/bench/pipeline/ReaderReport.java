package org.facestream.deploy.bench.pipeline;

import java.util.List;
import java.util.Locale;

/**
 * What reading one camera costs, ours and FFmpeg's own program side by side.
 *
 * @param program FFmpeg's, a path
 * @param decode every picture decoded, none encoded
 * @param whole every picture decoded, the sampled ones encoded as JPEG; ours also hands them to
 *     Kafka
 */
record ReaderReport(String program, Comparison decode, Comparison whole) {

  /**
   * The same work by both.
   *
   * @param rounds each window
   * @param ours milliseconds of processor time per second of video, the median
   * @param theirs the same of FFmpeg's program
   * @param ratio of ours to theirs, the median of the rounds'
   */
  record Comparison(List<Round> rounds, double ours, double theirs, double ratio) {
    static Comparison of(List<Round> rounds) {
      return new Comparison(
          rounds,
          median(rounds.stream().map(Round::ours).toList()),
          median(rounds.stream().map(Round::theirs).toList()),
          median(rounds.stream().map(Round::ratio).toList()));
    }

    private static double median(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
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
  record Round(double ours, double theirs, double ourFrames, double theirFrames) {
    double ratio() {
      return ours / theirs;
    }
  }

  String text() {
    StringBuilder text = new StringBuilder();
    add(text, "Against %s; milliseconds of processor time per second of video", program);
    table(text, "decode alone", decode);
    table(text, "decode, sample, JPEG", whole);
    add(
        text,
        "Our reader takes %.2f of the processor time that FFmpeg's program takes to decode, and %.2f"
            + " with sampling and JPEG; less than 1 is less.",
        decode.ratio(),
        whole.ratio());
    return text.toString();
  }

  private static void table(StringBuilder text, String work, Comparison comparison) {
    add(
        text,
        "%-22s %8s %8s %7s   pictures a second: ours, ffmpeg",
        work,
        "ours",
        "ffmpeg",
        "ratio");
    for (Round round : comparison.rounds()) {
      add(
          text,
          "%-22s %8.1f %8.1f %7.2f   %.1f, %.1f",
          "",
          round.ours(),
          round.theirs(),
          round.ratio(),
          round.ourFrames(),
          round.theirFrames());
    }
    add(
        text,
        "%-22s %8.1f %8.1f %7.2f",
        "  median",
        comparison.ours(),
        comparison.theirs(),
        comparison.ratio());
  }

  private static void add(StringBuilder text, String line, Object... values) {
    text.append(String.format(Locale.ROOT, line, values)).append(System.lineSeparator());
  }
}
