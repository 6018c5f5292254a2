package org.facestream.detector.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks ONNX Runtime's libraries into JavaCPP's cache, once per version. By default, ONNX Runtime
 * unpacks them into a new temporary folder at each start (28 MB, 620 MB more with CUDA), and a
 * killed process leaves them there.
 */
public final class NativeLibraries {
  private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);

  /** ONNX Runtime's own property: the folder that holds its libraries. */
  private static final String FOLDER = "onnxruntime.native.path";

  private static boolean ours;

  private NativeLibraries() {}

  /** Call this before ONNX Runtime is loaded. It respects a configured folder. */
  static synchronized void cache() {
    if (System.getProperty(FOLDER) != null) {
      return;
    }
    File core = cached("onnxruntime");
    File binding = cached("onnxruntime4j_jni");
    if (core == null || binding == null || !core.getParent().equals(binding.getParent())) {
      return;
    }
    cached("onnxruntime_providers_shared");
    System.setProperty(FOLDER, core.getParent());
    ours = true;
  }

  /**
   * The libraries that every session needs, unpacked but not loaded; fewer if some cannot be
   * unpacked.
   */
  public static synchronized List<Path> files() {
    cache();
    String folder = System.getProperty(FOLDER);
    return folder == null
        ? List.of()
        : Stream.of("onnxruntime", "onnxruntime4j_jni", "onnxruntime_providers_shared")
            .map(name -> Path.of(folder, System.mapLibraryName(name)))
            .filter(Files::exists)
            .toList();
  }

  /** Call this before CUDA is used. */
  static synchronized void cacheCuda() {
    if (ours) {
      cached("onnxruntime_providers_cuda");
    }
  }

  /** Null when the jar has no such library for this machine, or there is no free space. */
  private static @Nullable File cached(String library) {
    String path = "/ai/onnxruntime/native/" + platform() + "/" + System.mapLibraryName(library);
    URL resource = OrtEnvironment.class.getResource(path);
    if (resource == null) {
      return null;
    }
    try {
      return Loader.cacheResource(resource);
    } catch (IOException full) {
      log.warn("{} cannot be cached and is unpacked at each start: {}", library, full.getMessage());
      return null;
    }
  }

  /** The name in ONNX Runtime's jar. */
  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return (system.contains("win") ? "win" : system.contains("mac") ? "osx" : "linux")
        + (processor.contains("aarch64") || processor.contains("arm64") ? "-aarch64" : "-x64");
  }
}
