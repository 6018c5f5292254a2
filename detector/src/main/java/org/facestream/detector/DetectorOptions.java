package org.facestream.detector;

import java.time.Duration;
import org.facestream.detector.mtcnn.MtcnnOptions;
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
   * What a configuration comes to on this machine.
   *
   * @throws UserError when there is no such device
   */
  static DetectorOptions of(DetectorConfig config) {
    int processors = Runtime.getRuntime().availableProcessors();
    float good = config.thresholds().get(2);
    // Weaker detections are only for the trackers, see Tracker; they cost nothing, because the
    // networks see the same candidates.
    MtcnnOptions mtcnn =
        DetectorConfig.mtcnn(config)
            .withOutputThreshold(Math.min(good, config.track().weakScore()));
    return new DetectorOptions(
        Device.parse(config.device()).with(CudaOptions.of(config.cuda())),
        config.threads().orElse(processors),
        config.decodeThreads().orElse(processors),
        config.batch(),
        config.turn().orElse(config.maxAge().dividedBy(4)),
        config.maxAge(),
        new FaceSearches.Search(mtcnn, good),
        config.track(),
        config.bestShots(),
        config.crop());
  }
}
