package org.facestream.detector.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.facestream.ingest.worker.config.UserError;

/** Checks whether CUDA can be tried, and what is missing if not. */
final class Cuda {
  /** Files of NVIDIA's driver: on Linux, under WSL, on Windows. */
  private static final List<Path> DRIVERS =
      List.of(
          Path.of("/proc/driver/nvidia/version"),
          Path.of("/dev/dxg"),
          Path.of("C:\\Windows\\System32\\nvcuda.dll"));

  private Cuda() {}

  /**
   * Fails early if CUDA cannot work, because ONNX Runtime would first unpack 600 MB of libraries.
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

  /** The provider's options; the caller closes them after the sessions that use them. */
  static OrtCUDAProviderOptions provider(Device device) throws OrtException {
    NativeLibraries.cacheCuda();
    OrtCUDAProviderOptions options = new OrtCUDAProviderOptions(device.index());
    try {
      for (Map.Entry<String, String> option : device.cuda().provider().entrySet()) {
        options.add(option.getKey(), option.getValue());
      }
      return options;
    } catch (OrtException refused) {
      options.close();
      throw refused;
    }
  }

  /** The message when CUDA failed. */
  static String unusable(Device device, Exception cause) {
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return "device %s cannot be used: %s; %s, or use cpu"
        .formatted(device, reason, missing(reason));
  }

  /** ONNX Runtime's message contains the missing library or CUDA's error. */
  private static String missing(String reason) {
    String text = reason.toLowerCase(Locale.ROOT);
    if (text.contains("cudnn")) {
      return "install cuDNN 9 for CUDA 12";
    }
    if (text.contains("libcu") || text.contains("libnv") || text.contains("cudart")) {
      return "install CUDA 12's libraries";
    }
    if (text.contains("driver")) {
      return "install an NVIDIA driver for CUDA 12";
    }
    if (text.contains("memory")) {
      return "free memory of the GPU, or set cuda.memory-limit";
    }
    return "it needs an NVIDIA driver, CUDA 12 and cuDNN 9";
  }
}
