package org.facestream.deploy.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.facestream.detector.DetectorConfig;
import org.facestream.detector.face.Landmarks;
import org.facestream.detector.mtcnn.Detection;
import org.facestream.detector.mtcnn.Mtcnn;
import org.facestream.detector.mtcnn.MtcnnOptions;
import org.facestream.detector.onnx.CudaOptions;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.facenet.Descriptors;

/** Detector and descriptor network together, for commands that work on pictures. */
final class FaceDescriber implements AutoCloseable {
  private final Closing closing = new Closing();
  private final Mtcnn mtcnn;
  private final Descriptors descriptors;

  /**
   * Loads the networks on the configured devices.
   *
   * @param model name or path; null for the configured one
   * @throws UserError where a model is not known or damaged, or a device cannot run it
   */
  FaceDescriber(Settings settings, String model) {
    DetectorConfig detector = settings.get(DetectorConfig.class);
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    int threads = Runtime.getRuntime().availableProcessors();
    try {
      descriptors =
          closing.add(
              new Descriptors(
                  DescriptorModel.of(model == null ? recognizer.model() : model),
                  Device.parse(recognizer.device()).with(CudaOptions.of(recognizer.cuda())),
                  threads));
      mtcnn =
          closing.add(
              new Mtcnn(Device.parse(detector.device()).with(CudaOptions.of(detector.cuda())), 1));
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
  }

  Descriptors descriptors() {
    return descriptors;
  }

  /** The faces of a picture, best first. */
  List<Detection> faces(Picture picture) {
    return mtcnn.detect(List.of(picture), MtcnnOptions.DEFAULT).get(0);
  }

  /** The landmarks of a picture's faces, best first. */
  List<Landmarks> landmarks(Picture picture) {
    return faces(picture).stream().map(Detection::landmarks).toList();
  }

  /**
   * Reads a picture.
   *
   * @throws UserError that names it where it is missing or not usable
   */
  static Picture read(Path path) {
    try {
      return Picture.decodeStill(Files.readAllBytes(path));
    } catch (NoSuchFileException missing) {
      throw new UserError("There is no picture " + path + ".", missing);
    } catch (UnreadablePictureException unreadable) {
      throw new UserError(
          "%s is not a usable picture: %s.".formatted(path, unreadable.getMessage()), unreadable);
    } catch (IOException failed) {
      throw new UserError("Cannot read %s: %s.".formatted(path, failed.getMessage()), failed);
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}
