package org.facestream.detector.onnx;

import io.smallrye.config.WithDefault;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Settings of the GPU; no effect on the CPU. */
public interface CudaConfig {
  @Setting("Maximum GPU memory of each network, in bytes; 0 sets no limit.")
  @Allowed("0 or more")
  @WithDefault("0")
  long memoryLimit();

  @Setting(
      "How cuDNN chooses its convolutions: exhaustive (slow start, fastest runs), heuristic or"
          + " default.")
  @WithDefault("heuristic")
  CudaOptions.ConvolutionSearch convolutionSearch();

  @Setting("Whether copies to and from the GPU use the stream of the computation.")
  @WithDefault("true")
  boolean copyInDefaultStream();
}
