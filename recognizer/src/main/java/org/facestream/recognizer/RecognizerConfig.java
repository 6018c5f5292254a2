package org.facestream.recognizer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.facestream.detector.onnx.CudaConfig;
import org.facestream.ingest.worker.config.Setting;
import org.facestream.recognizer.gallery.Reduction;

/** Faces to identity events. */
@ConfigMapping(prefix = "recognizer")
public interface RecognizerConfig {
  @Setting(
      "The descriptor network: a name that the program knows, or the path of a model's .json file.")
  @WithDefault("resnet34-128")
  String model();

  @Setting("What the network runs on: auto, cpu, cuda or cuda:INDEX.")
  @WithDefault("auto")
  String device();

  CudaConfig cuda();

  @Setting(
      "Threads of one run of the network on the CPU; as many as the machine has when not given.")
  OptionalInt threads();

  @Setting("Most faces that are handled together.")
  @WithDefault("32")
  int batch();

  @Setting(
      "Distance under which a face counts as a person's; the model's own when not given. Lower"
          + " means fewer wrong names and more unknown.")
  Optional<Float> threshold();

  @Setting("How the distances to a person's references become one: minimum or mean.")
  @WithDefault("minimum")
  Reduction distance();

  @Setting("Faces that must speak for a person, unless one is very good; at least 1.")
  @WithDefault("2")
  int minFaces();

  @Setting(
      "How much nearer than the second-best person a face must be to speak for a person, as a share"
          + " of the threshold; 0 to 1.")
  @WithDefault("0.1")
  double margin();

  @Setting(
      "A track that gave no face for this long has ended; longer than the detector's"
          + " best-shots.every and track.max-gap together, or tracks end and are reopened.")
  @WithDefault("6s")
  Duration trackTimeout();

  @Setting("Faces with a lower probability are not described; 0 to 1.")
  @WithDefault("0.9")
  float minScore();

  @Setting("Faces older than this are skipped.")
  @WithDefault("10m")
  Duration maxAge();

  @Setting("Whether matches hold the faces' descriptors, which are personal data.")
  @WithDefault("true")
  boolean keepDescriptors();
}
