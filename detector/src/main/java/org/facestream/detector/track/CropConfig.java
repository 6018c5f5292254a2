package org.facestream.detector.track;

import io.smallrye.config.WithDefault;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of face crops. */
public interface CropConfig {
  @Setting(
      "Margin on every side of the face, as a share of the longer side of its box; "
          + "with 0.5, every recognizer can turn the face upright.")
  @Allowed("0 to 2")
  @WithDefault("0.5")
  float margin();

  @Setting("Crops with a longer side than this are scaled down, in pixels.")
  @Allowed("32 to 2048")
  @WithDefault("400")
  int maxSide();

  @Setting("JPEG quality of the crops.")
  @Allowed("1 to 100")
  @WithDefault("90")
  int jpegQuality();
}
