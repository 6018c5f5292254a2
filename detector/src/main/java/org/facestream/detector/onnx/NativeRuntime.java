package org.facestream.detector.onnx;

import ai.onnxruntime.OrtEnvironment;

/**
 * ONNX Runtime's environment, one per process.
 *
 * <p>The version is 1.28.0 on purpose. From 1.29.0 on, its Linux libraries send usage data to their
 * maker unless an environment variable forbids it, which a library cannot set for its own process.
 * They also read the process's command line, which crashes the JVM silently when the class path is
 * long. facestream must not send data to third parties: {@code NativeRuntimeTest} fails for such a
 * version.
 */
final class NativeRuntime {
  private NativeRuntime() {}

  static OrtEnvironment environment() {
    NativeLibraries.cache();
    try {
      return OrtEnvironment.getEnvironment();
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError | IllegalStateException failed) {
      throw new IllegalStateException(
          "ONNX Runtime's libraries cannot be loaded: " + failed.getMessage(), failed);
    }
  }
}
