package org.facestream.deploy.lab.bench.detector;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.mtcnn.MtcnnAccount;

/**
 * What a measurement of the cascade gave: the round whose time was the middle one of all. Times are
 * milliseconds per picture, those of all threads added up.
 *
 * @param origin what the pictures are
 * @param width of the first picture, pixels
 * @param height of the first picture, pixels
 * @param pictures of a round
 * @param rounds that were measured
 * @param device what the networks ran on
 * @param threads on the CPU
 * @param batch pictures that went together
 * @param minFace smallest face looked for, pixels
 * @param decode JPEG to pixels, with one thread; no part of the whole
 * @param pyramid scaling pictures for P-Net
 * @param pnet inside ONNX Runtime
 * @param boxes score maps, suppression and the like
 * @param crops cutting and scaling for R-Net and O-Net
 * @param rnet inside ONNX Runtime
 * @param onet inside ONNX Runtime
 * @param whole from pixels to faces
 * @param onnx inside ONNX Runtime
 * @param ratio the whole to the time inside ONNX Runtime
 * @param fastest from one picture to the next, all threads together, in the fastest round
 * @param framesPerSecond from pixels to faces, all threads together
 * @param proposals per picture, after suppression: what R-Net saw
 * @param refined per picture, after suppression: what O-Net saw
 * @param faces per picture
 * @param marked faces that are known to be there, in all pictures
 * @param found of them
 * @param further detections that are none of them
 * @param peakBytes most memory that the process ever had
 */
record CascadeReport(
    String origin,
    int width,
    int height,
    long pictures,
    int rounds,
    String device,
    int threads,
    int batch,
    @JsonProperty("min_face") int minFace,
    @JsonProperty("decode_ms") double decode,
    @JsonProperty("pyramid_ms") double pyramid,
    @JsonProperty("pnet_ms") double pnet,
    @JsonProperty("boxes_ms") double boxes,
    @JsonProperty("crops_ms") double crops,
    @JsonProperty("rnet_ms") double rnet,
    @JsonProperty("onet_ms") double onet,
    @JsonProperty("whole_ms") double whole,
    @JsonProperty("onnx_ms") double onnx,
    double ratio,
    @JsonProperty("fastest_ms") double fastest,
    @JsonProperty("frames_per_second") double framesPerSecond,
    double proposals,
    double refined,
    double faces,
    int marked,
    int found,
    int further,
    @JsonProperty("peak_bytes") long peakBytes) {

  /**
   * What was measured, and on what.
   *
   * @param device what the networks ran on
   */
  record Setting(
      String origin,
      int width,
      int height,
      String device,
      int threads,
      int batch,
      int minFace,
      long peakBytes) {}

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
        setting.origin(),
        setting.width(),
        setting.height(),
        account.pictures(),
        rounds.size(),
        setting.device(),
        setting.threads(),
        setting.batch(),
        setting.minFace(),
        middle.decodeNanos() / each / 1e6,
        account.pyramidNanos() / each / 1e6,
        account.proposalNanos() / each / 1e6,
        account.boxNanos() / each / 1e6,
        account.cropNanos() / each / 1e6,
        account.refinementNanos() / each / 1e6,
        account.outputNanos() / each / 1e6,
        account.nanos() / each / 1e6,
        account.onnxNanos() / each / 1e6,
        account.nanos() / (double) account.onnxNanos(),
        fastestFirst.get(0).account().wallNanos() / each / 1e6,
        each / (account.wallNanos() / 1e9),
        account.proposals() / each,
        account.refined() / each,
        account.faces() / each,
        truth.marked(),
        truth.found(),
        truth.further(),
        setting.peakBytes());
  }

  /** For a person. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "%s, %d x %d, minimum face %d", origin, width, height, minFace);
    line(
        text,
        "%d pictures in batches of %d, the middle of %d rounds; %s, threads %d",
        pictures,
        batch,
        rounds,
        device,
        threads);
    line(text, "");
    line(
        text,
        "  %8.1f  frames per second, from pixels to faces (fastest round %.1f)",
        framesPerSecond,
        1000 / fastest);
    line(text, "  %8.2f  ms per picture, time of all threads, of which", whole);
    line(text, "  %8.2f    pyramid", pyramid);
    line(text, "  %8.2f    P-Net   (%.1f candidates left)", pnet, proposals);
    line(text, "  %8.2f    R-Net   (%.1f candidates left)", rnet, refined);
    line(text, "  %8.2f    O-Net   (%.1f faces left)", onet, faces);
    line(text, "  %8.2f    crops for R-Net and O-Net", crops);
    line(text, "  %8.2f    score maps, boxes, suppression", boxes);
    line(text, "  %8.2f  ms inside ONNX Runtime; the whole is %.2f times that", onnx, ratio);
    line(text, "  %8.2f  ms decoding the JPEG, one thread, not counted above", decode);
    if (marked > 0 || further > 0) {
      line(text, "  %5d of %d faces found, %d further boxes", found, marked, further);
    }
    line(text, "  %8.0f  MB of memory at most", peakBytes / 1e6);
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
