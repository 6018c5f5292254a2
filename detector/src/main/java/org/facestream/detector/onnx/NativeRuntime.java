package org.facestream.detector.onnx;

import ai.onnxruntime.OrtEnvironment;

/**
 * ONNX Runtime's environment, of which a process has one.
 *
 * <p>The version is 1.28.0 on purpose. From 1.29.0 on its Linux libraries send usage data to their
 * maker unless told not to by an environment variable, which a library cannot set for the process
 * it is loaded into; and the way they read the process's command line for it ends the JVM without a
 * word when the class path in it is long. Who watches cameras does not call home: {@code
 * NativeRuntimeTest} fails for a version that could.
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
