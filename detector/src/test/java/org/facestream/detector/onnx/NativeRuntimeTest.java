package org.facestream.detector.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bare")
class NativeRuntimeTest {
  /** Part of the address that versions from 1.29.0 on send usage data to. */
  private static final String COLLECTOR = "events.data.microsoft.com";

  @Test
  void theRuntimeKnowsNoAddressToReportTo() throws Exception {
    List<String> scanned = new ArrayList<>();
    List<String> reporting = new ArrayList<>();
    try (ZipFile jar = new ZipFile(jar().toFile())) {
      for (ZipEntry entry : jar.stream().toList()) {
        // The providers of GPUs are hundreds of megabytes, and have no network of their own.
        boolean core = entry.getName().matches(".*/(lib)?onnxruntime(4j_jni)?\\.(so|dll|dylib)");
        if (core) {
          scanned.add(entry.getName());
          try (InputStream bytes = jar.getInputStream(entry)) {
            if (contains(bytes, COLLECTOR)) {
              reporting.add(entry.getName());
            }
          }
        }
      }
    }
    assertFalse(scanned.isEmpty());
    assertEquals(List.of(), reporting);
  }

  @Test
  void aProcessHasOneEnvironment() {
    assertTrue(NativeRuntime.environment() == NativeRuntime.environment());
  }

  /** Or each start would leave 28 MB more, once the process is killed. */
  @Test
  void theLibrariesAreUnpackedOnceAndStay() {
    NativeRuntime.environment();
    Path folder = Path.of(System.getProperty("onnxruntime.native.path"));
    assertTrue(Files.isRegularFile(folder.resolve(System.mapLibraryName("onnxruntime"))));
    assertTrue(folder.toString().contains(jarName()), folder::toString);
  }

  private static String jarName() {
    try {
      return jar().getFileName().toString();
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static Path jar() throws URISyntaxException {
    return Path.of(
        OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static boolean contains(InputStream bytes, String text) throws IOException {
    String latin = new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
    return latin.contains(text);
  }
}
