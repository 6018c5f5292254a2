package org.facestream.detector;

import java.time.Duration;
import java.util.List;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.mtcnn.MtcnnOptionsBuilder;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.detector.track.BestShotConfig;
import org.facestream.detector.track.CropConfig;
import org.facestream.detector.track.TrackConfig;
import org.facestream.ingest.worker.config.UserError;

/**
 * The checked configuration: one component per setting or group of settings.
 *
 * @param device of the networks
 * @param threads on the CPU
 * @param decodeThreads for frames
 * @param batch largest number of frames in a batch
 * @param turn time for a turn's work
 * @param maxAge of a frame
 * @param search how faces are detected
 * @param tracks how faces are followed
 * @param bestShots which faces are published
 * @param crops how faces are cropped
 */
// One value for each key or group of keys of detector.*, and made in one place.
record DetectorOptions(
    Device device,
    int threads,
    int decodeThreads,
    int batch,
    Duration turn,
    Duration maxAge,
    FaceSearches.Search search,
    TrackConfig tracks,
    BestShotConfig bestShots,
    CropConfig crops) {

  /**
   * Checks a configuration.
   *
   * @throws UserError for the first value that is out of range
   */
  static DetectorOptions of(DetectorConfig config) {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Float> thresholds = config.thresholds();
    List<Float> overlaps = config.overlaps();
    check(overlaps.size() == 4, "detector.overlaps", "four numbers, such as 0.5,0.7,0.7,0.7");
    check(thresholds.size() == 3, "detector.thresholds", "three numbers, such as 0.6,0.7,0.7");
    check(config.batch() >= 1 && config.batch() <= 1024, "detector.batch", "1 to 1024");
    check(config.threads().orElse(1) >= 1, "detector.threads", "1 or more");
    int decodeThreads = config.decodeThreads().orElse(processors);
    check(decodeThreads >= 1 && decodeThreads <= 256, "detector.decode-threads", "1 to 256");
    check(config.maxAge().toMillis() > 0, "detector.max-age", "more than 0");
    Duration turn = config.turn().orElse(config.maxAge().dividedBy(4));
    check(
        turn.toMillis() > 0 && turn.compareTo(config.maxAge()) <= 0,
        "detector.turn",
        "more than 0 and at most detector.max-age");
    checkTracks(config.track());
    checkBestShots(config.bestShots());
    checkCrops(config.crop());
    float good = thresholds.get(2);
    MtcnnOptions mtcnn =
        MtcnnOptionsBuilder.builder()
            .minFaceSize(config.minFaceSize())
            .scaleFactor(config.scaleFactor())
            .maxScales(config.maxScales())
            .scaleSteps(config.scaleSteps().orElse(List.of()))
            .proposalThreshold(thresholds.get(0))
            .refinementThreshold(thresholds.get(1))
            // Weaker detections are only for the trackers, see Tracker; they cost nothing, because
            // the networks see the same candidates.
            .outputThreshold(Math.min(good, config.track().weakScore()))
            .overlaps(
                new MtcnnOptions.Overlaps(
                    overlaps.get(0), overlaps.get(1), overlaps.get(2), overlaps.get(3)))
            .maxCandidates(config.maxCandidates())
            .maxFaces(config.maxFaces())
            .build();
    check(good >= 0 && good <= 1, "detector.thresholds", "three numbers of 0 to 1");
    return new DetectorOptions(
        Device.parse(config.device()).with(CudaOptions.of(config.cuda())),
        config.threads().orElse(processors),
        decodeThreads,
        config.batch(),
        turn,
        config.maxAge(),
        new FaceSearches.Search(mtcnn, good),
        config.track(),
        config.bestShots(),
        config.crop());
  }

  private static void checkTracks(TrackConfig tracks) {
    check(tracks.maxGap().toMillis() > 0, "detector.track.max-gap", "more than 0");
    check(tracks.confirmHits() >= 1, "detector.track.confirm-hits", "1 or more");
    check(tracks.tentativeMisses() >= 0, "detector.track.tentative-misses", "0 or more");
    check(fraction(tracks.weakScore()), "detector.track.weak-score", "0 to 1");
    check(tracks.most() >= 1 && tracks.most() <= 10_000, "detector.track.most", "1 to 10000");
    check(
        tracks.forgetAfter().compareTo(tracks.maxGap()) >= 0,
        "detector.track.forget-after",
        "at least detector.track.max-gap");
  }

  private static void checkBestShots(BestShotConfig bestShots) {
    check(bestShots.first() >= 1, "detector.best-shots.first", "1 or more");
    check(bestShots.betterBy() >= 0, "detector.best-shots.better-by", "0 or more");
    check(bestShots.every().toMillis() > 0, "detector.best-shots.every", "more than 0");
  }

  private static void checkCrops(CropConfig crops) {
    check(crops.margin() >= 0 && crops.margin() <= 2, "detector.crop.margin", "0 to 2");
    check(crops.maxSide() >= 32 && crops.maxSide() <= 2048, "detector.crop.max-side", "32 to 2048");
    check(
        crops.jpegQuality() >= 1 && crops.jpegQuality() <= 100,
        "detector.crop.jpeg-quality",
        "1 to 100");
  }

  private static boolean fraction(float value) {
    return value >= 0 && value <= 1;
  }

  private static void check(boolean holds, String key, String range) {
    if (!holds) {
      throw new UserError("%s must be %s.".formatted(key, range));
    }
  }
}
