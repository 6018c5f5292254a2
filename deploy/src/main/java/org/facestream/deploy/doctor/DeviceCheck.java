package org.facestream.deploy.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.detector.onnx.Device;

/**
 * Checks whether a GPU works, by running a model, because ONNX Runtime lists CUDA on machines
 * without a GPU.
 */
public final class DeviceCheck implements Check {
  @Override
  public String subject() {
    return "GPU";
  }

  @Override
  public Result run() {
    if (!Files.exists(Path.of("/dev/nvidiactl")) && !Files.exists(Path.of("/dev/dxg"))) {
      return new Note("none; the CPU is used");
    }
    Result result = ModelCheck.run(Device.cuda(0));
    return result instanceof Bad
        ? new Bad(result.text() + ": CUDA 12 and cuDNN 9 are needed; without them the CPU is used")
        : result;
  }
}
