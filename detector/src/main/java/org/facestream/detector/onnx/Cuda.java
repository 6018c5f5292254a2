package org.facestream.detector.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.facestream.ingest.worker.config.UserError;

/** Whether CUDA can be tried at all, and what is missing where it cannot. */
final class Cuda {
  /** Signs of NVIDIA's driver: on Linux, under WSL, on Windows. */
  private static final List<Path> DRIVERS =
      List.of(
          Path.of("/proc/driver/nvidia/version"),
          Path.of("/dev/dxg"),
          Path.of("C:\\Windows\\System32\\nvcuda.dll"));

  private Cuda() {}

  /**
   * Refuses where a try is bound to fail. Trying is not free: ONNX Runtime unpacks 600 MB of
   * libraries first.
   */
  static void require(Device device) {
    NativeRuntime.environment();
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      throw new UserError(
          "device "
              + device
              + " needs the GPU build of ONNX Runtime: build with -Donnxruntime.artifact="
              + "onnxruntime_gpu");
    }
    if (DRIVERS.stream().noneMatch(Files::exists)) {
      throw new UserError(
          "device "
              + device
              + " needs an NVIDIA driver and none was found: install it, or use cpu");
    }
  }

  /** What to say where the try failed. */
  static String unusable(Device device, Exception cause) {
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return "device %s cannot run: %s; it needs CUDA 12 and cuDNN 9, or use cpu"
        .formatted(device, reason);
  }
}
