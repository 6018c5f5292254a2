package org.facestream.deploy.natives;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.facestream.detector.onnx.NativeLibraries;

/**
 * Every native library that facestream loads into its own process, as files. They are unpacked
 * where they would be, and not loaded.
 */
public final class NativeFiles {
  /** Of FFmpeg and OpenCV; what they inherit from comes with them. */
  private static final List<Class<?>> USED =
      List.of(avformat.class, swscale.class, opencv_imgcodecs.class);

  /** Of Java itself, which Debian's packages and others' bring without what they need. */
  private static final List<String> OF_JAVA =
      List.of("awt", "awt_headless", "javajpeg", "lcms", "fontmanager");

  private NativeFiles() {}

  /**
   * All of them.
   *
   * @throws IOException when they cannot be unpacked
   */
  public static List<Path> all() throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    for (Class<?> used : USED) {
      for (String global :
          Loader.loadProperties(used, Loader.loadProperties(), true).get("global")) {
        addOf(global, files);
      }
    }
    files.addAll(NativeLibraries.files());
    Path java = Path.of(System.getProperty("java.home"), "lib");
    for (String name : OF_JAVA) {
      files.add(java.resolve(System.mapLibraryName(name)));
    }
    return files.stream().filter(Files::exists).toList();
  }

  /** The folders of files, and of Java's own libraries, which are loaded before the others. */
  public static List<Path> folders(Collection<Path> files) {
    Path java = Path.of(System.getProperty("java.home"), "lib");
    return Stream.concat(
            files.stream().map(Path::getParent), Stream.of(java, java.resolve("server")))
        .distinct()
        .toList();
  }

  /**
   * Where FFmpeg's own program lies, unpacked with all that lies beside it. Nothing is loaded: it
   * needs libraries of sound and windows that a server lacks.
   *
   * @throws IOException when it cannot be unpacked, or there is none for this platform
   */
  public static Path ffmpegProgram() throws IOException {
    String folder = "/org/bytedeco/ffmpeg/" + Loader.getPlatform() + "/";
    String name = Loader.loadProperties().getProperty("platform.executable.suffix", "");
    Loader.cacheResources(avformat.class, folder);
    java.io.File program = Loader.cacheResource(avformat.class, folder + "ffmpeg" + name);
    if (program == null) {
      throw new IOException("there is none for " + Loader.getPlatform());
    }
    if (!program.canExecute() && !program.setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    return program.toPath();
  }

  private static void addOf(String global, Set<Path> files) throws IOException {
    try {
      Class<?> type = Class.forName(global, false, NativeFiles.class.getClassLoader());
      ClassProperties properties = Loader.loadProperties(type, Loader.loadProperties(), true);
      List<String> names = new ArrayList<>(properties.get("platform.preload"));
      names.addAll(properties.get("platform.link"));
      names.addAll(properties.get("platform.library"));
      for (String name : names) {
        for (URL found : Loader.findLibrary(type, properties, name)) {
          if (found.getProtocol().equals("jar")) {
            files.add(Loader.cacheResource(found).toPath());
          }
        }
      }
    } catch (ClassNotFoundException missing) {
      throw new IOException(global + " is missing from the class path", missing);
    }
  }
}
