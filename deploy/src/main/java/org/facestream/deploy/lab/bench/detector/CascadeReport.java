package org.facestream.deploy.lab.bench.detector;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.mtcnn.MtcnnAccount;

/**
 * What a measurement of the cascade gave: the round whose time was the middle one of all. Times are
 * milliseconds per picture, those of all threads added up.
 *
 * @param setting what was measured, and on what
 * @param pictures of a round
 * @param rounds that were measured
 * @param parts where the time went
 * @param whole all of it
 * @param left what went through, per picture
 * @param truth how it compares with what is known of the pictures
 */
record CascadeReport(
    @JsonUnwrapped Setting setting,
    long pictures,
    int rounds,
    @JsonUnwrapped Parts parts,
    @JsonUnwrapped Whole whole,
    @JsonUnwrapped Left left,
    @JsonUnwrapped CascadeBench.Truth truth) {

  /**
   * What was measured, and on what.
   *
   * @param origin what the pictures are
   * @param width of the first picture, pixels
   * @param height of the first picture, pixels
   * @param device what the networks ran on
   * @param threads on the CPU
   * @param batch pictures that went together
   * @param minFace smallest face looked for, pixels
   * @param peakBytes most memory that the process ever had
   */
  record Setting(
      String origin,
      int width,
      int height,
      String device,
      int threads,
      int batch,
      @JsonProperty("min_face") int minFace,
      @JsonProperty("peak_bytes") long peakBytes) {}

  /**
   * Where the time went.
   *
   * @param decode JPEG to pixels, with one thread; no part of the whole
   * @param pyramid scaling pictures for P-Net
   * @param pnet inside ONNX Runtime
   * @param boxes score maps, suppression and the like
   * @param crops cutting and scaling for R-Net and O-Net
   * @param rnet inside ONNX Runtime
   * @param onet inside ONNX Runtime
   */
  record Parts(
      @JsonProperty("decode_ms") double decode,
      @JsonProperty("pyramid_ms") double pyramid,
      @JsonProperty("pnet_ms") double pnet,
      @JsonProperty("boxes_ms") double boxes,
      @JsonProperty("crops_ms") double crops,
      @JsonProperty("rnet_ms") double rnet,
      @JsonProperty("onet_ms") double onet) {}

  /**
   * All of the time.
   *
   * @param whole from pixels to faces
   * @param onnx inside ONNX Runtime
   * @param ratio the whole to the time inside ONNX Runtime
   * @param fastest from one picture to the next, all threads together, in the fastest round
   * @param framesPerSecond from pixels to faces, all threads together
   */
  record Whole(
      @JsonProperty("whole_ms") double whole,
      @JsonProperty("onnx_ms") double onnx,
      double ratio,
      @JsonProperty("fastest_ms") double fastest,
      @JsonProperty("frames_per_second") double framesPerSecond) {}

  /**
   * What went through, per picture, after suppression.
   *
   * @param proposals what R-Net saw
   * @param refined what O-Net saw
   * @param faces that O-Net left
   */
  record Left(double proposals, double refined, double faces) {}

  /**
   * @param rounds at least one
   */
  static CascadeReport of(
      Setting setting, List<CascadeBench.Round> rounds, CascadeBench.Truth truth) {
    List<CascadeBench.Round> fastestFirst =
        rounds.stream()
            .sorted(Comparator.comparingLong(round -> round.account().wallNanos()))
            .toList();
    CascadeBench.Round middle = fastestFirst.get(rounds.size() / 2);
    MtcnnAccount account = middle.account();
    double each = account.pictures();
    return new CascadeReport(
        setting,
        account.pictures(),
        rounds.size(),
        new Parts(
            middle.decodeNanos() / each / 1e6,
            account.pyramidNanos() / each / 1e6,
            account.proposalNanos() / each / 1e6,
            account.boxNanos() / each / 1e6,
            account.cropNanos() / each / 1e6,
            account.refinementNanos() / each / 1e6,
            account.outputNanos() / each / 1e6),
        new Whole(
            account.nanos() / each / 1e6,
            account.onnxNanos() / each / 1e6,
            account.nanos() / (double) account.onnxNanos(),
            fastestFirst.get(0).account().wallNanos() / each / 1e6,
            each / (account.wallNanos() / 1e9)),
        new Left(account.proposals() / each, account.refined() / each, account.faces() / each),
        truth);
  }

  /** For a person. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s, %d x %d, minimum face %d",
        setting.origin(),
        setting.width(),
        setting.height(),
        setting.minFace());
    line(
        text,
        "%d pictures in batches of %d, the middle of %d rounds; %s, threads %d",
        pictures,
        setting.batch(),
        rounds,
        setting.device(),
        setting.threads());
    line(text, "");
    line(
        text,
        "  %8.1f  frames per second, from pixels to faces (fastest round %.1f)",
        whole.framesPerSecond(),
        1000 / whole.fastest());
    line(text, "  %8.2f  ms per picture, time of all threads, of which", whole.whole());
    line(text, "  %8.2f    pyramid", parts.pyramid());
    line(text, "  %8.2f    P-Net   (%.1f candidates left)", parts.pnet(), left.proposals());
    line(text, "  %8.2f    R-Net   (%.1f candidates left)", parts.rnet(), left.refined());
    line(text, "  %8.2f    O-Net   (%.1f faces left)", parts.onet(), left.faces());
    line(text, "  %8.2f    crops for R-Net and O-Net", parts.crops());
    line(text, "  %8.2f    score maps, boxes, suppression", parts.boxes());
    line(
        text,
        "  %8.2f  ms inside ONNX Runtime; the whole is %.2f times that",
        whole.onnx(),
        whole.ratio());
    line(text, "  %8.2f  ms decoding the JPEG, one thread, not counted above", parts.decode());
    if (truth.marked() > 0 || truth.further() > 0) {
      line(
          text,
          "  %5d of %d faces found, %d further boxes",
          truth.found(),
          truth.marked(),
          truth.further());
    }
    line(text, "  %8.0f  MB of memory at most", setting.peakBytes() / 1e6);
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
