package org.facestream.sink.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.facestream.recognizer.facenet.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk, and what a killed writer leaves there. */
class FaceIndexTest {
  private static final String DAY = "2026-11-30";

  @TempDir Path folder;

  private final MadeUp made = new MadeUp(3, 8);
  private final List<IndexedFace> faces = new ArrayList<>();

  private void append(FaceIndex index, int count, long horizon) throws IOException {
    try (IndexChange change = new IndexChange(index)) {
      for (int i = 0; i < count; i++) {
        IndexedFace face = new IndexedFace(faces.size() + 1, 5, made.unit());
        faces.add(face);
        change.add(DAY, "m", 1, face);
      }
      change.publish(horizon);
    }
  }

  private void assertFinds(FaceIndex index) throws IOException {
    try (IndexScan scan = new IndexScan(1)) {
      float[] query = made.unit();
      assertEquals(
          MadeUp.nearest(faces, query, Metric.EUCLIDEAN, 2000),
          scan.nearest(index, query, Metric.EUCLIDEAN, 2000));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.(codes|floats)")).sorted().toList();
    }
  }

  @Test
  void rowsAreAppendedAcrossBlocksAndStarts() throws Exception {
    for (int count : new int[] {1, 500, 11, 0, 512, 700}) {
      try (FaceIndex index = FaceIndex.open(folder)) {
        append(index, count, faces.size());
        assertFinds(index);
      }
      try (FaceIndex index = FaceIndex.openToRead(folder)) {
        assertFinds(index);
      }
    }
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
  }

  /** Whatever part of an append reached the disk: only what was published counts. */
  @Test
  void anAppendThatWasCutOffDoesNotCount() throws Exception {
    try (FaceIndex index = FaceIndex.open(folder)) {
      append(index, 5, 1);
    }
    byte[][] before = {Files.readAllBytes(files().get(0)), Files.readAllBytes(files().get(1))};
    List<IndexedFace> published = List.copyOf(faces);
    byte[] manifest = Files.readAllBytes(folder.resolve("index.json"));
    try (FaceIndex index = FaceIndex.open(folder)) {
      append(index, 600, 2);
    }
    byte[][] after = {Files.readAllBytes(files().get(0)), Files.readAllBytes(files().get(1))};
    faces.clear();
    faces.addAll(published);
    for (int file = 0; file < 2; file++) {
      for (int cut = 0; cut < after[file].length; cut += cut < 64 ? 1 : 997) {
        Files.write(folder.resolve("index.json"), manifest);
        for (int each = 0; each < 2; each++) {
          byte[] torn = after[each].clone();
          if (each == file) {
            // Up to there the new bytes, then the old ones, as far as there were any.
            torn = java.util.Arrays.copyOf(torn, Math.max(cut, before[each].length));
            if (cut < before[each].length) {
              System.arraycopy(before[each], cut, torn, cut, before[each].length - cut);
            }
          }
          Files.write(files().get(each), torn);
        }
        try (FaceIndex index = FaceIndex.open(folder)) {
          assertEquals(1, index.content().manifest().horizon());
          assertFinds(index);
        }
      }
    }
    // And the next append writes over it.
    try (FaceIndex index = FaceIndex.open(folder)) {
      append(index, 600, 2);
      assertFinds(index);
    }
  }

  /** At every length that the file system may have made of it. */
  @Test
  void filesThatAreTooShortAreNotUsed() throws Exception {
    try (FaceIndex index = FaceIndex.open(folder)) {
      append(index, 5, 1);
    }
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        for (int length = whole.length - 1; length >= 0; length -= length < 4000 ? 1 : 7) {
          channel.truncate(length);
          try (FaceIndex index = FaceIndex.openToRead(folder)) {
            assertEquals(FaceIndex.Content.NOTHING, index.content(), file + " " + length);
          }
        }
      }
      Files.delete(file);
      try (FaceIndex index = FaceIndex.openToRead(folder)) {
        assertEquals(FaceIndex.Content.NOTHING, index.content());
      }
      Files.write(file, whole);
    }
    Path manifest = folder.resolve("index.json");
    byte[] whole = Files.readAllBytes(manifest);
    for (int length = 0; length < whole.length; length++) {
      Files.write(manifest, java.util.Arrays.copyOf(whole, length));
      try (FaceIndex index = FaceIndex.open(folder)) {
        assertEquals(FaceIndex.Content.NOTHING, index.content());
      }
    }
    Files.write(manifest, whole);
    try (FaceIndex index = FaceIndex.open(folder)) {
      assertFinds(index);
    }
  }

  @Test
  void nothingOfAnErasedFaceStaysInTheFiles() throws Exception {
    float[] marker = new float[8];
    java.util.Arrays.fill(marker, 1234.5f);
    marker[0] = -1234.5f;
    byte[] bytes = new byte[32];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(marker);
    try (FaceIndex index = FaceIndex.open(folder)) {
      append(index, 520, 1);
      try (IndexChange change = new IndexChange(index)) {
        change.add(DAY, "m", 1, new IndexedFace(0x1122334455L, 5, marker));
        change.publish(2);
      }
      append(index, 3, 3);
      assertEquals(1, count(bytes));
      try (IndexChange change = new IndexChange(index)) {
        assertEquals(0, change.erase("2026-11-29", Set.of(0x1122334455L)));
        assertEquals(1, change.erase(DAY, Set.of(0x1122334455L, 99_999L)));
        // Before anything is published.
        assertFinds(index);
        change.publish(4);
      }
      assertFinds(index);
      assertEquals(523, index.rows());
    }
    assertEquals(0, count(bytes));
    assertEquals(0, count(new byte[] {0x55, 0x44, 0x33, 0x22, 0x11}));
    assertEquals(0, count("1234.5".getBytes(StandardCharsets.UTF_8)));
    // Neither its codes, which are all the same but the first.
    assertEquals(0, count(new byte[] {1, -1, -1, -1}));
  }

  private int count(byte[] wanted) throws IOException {
    int count = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        byte[] content = Files.readAllBytes(file);
        for (int at = 0; at + wanted.length <= content.length; at++) {
          if (java.util.Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
            count++;
          }
        }
      }
    }
    return count;
  }

  @Test
  void oneWritesAndOthersReadWhatItPublished() throws Exception {
    try (FaceIndex writer = FaceIndex.open(folder);
        FaceIndex reader = FaceIndex.open(folder)) {
      assertTrue(writer.owned());
      assertFalse(reader.owned());
      assertThrows(IllegalStateException.class, () -> new IndexChange(reader));
      append(writer, 3, 1);
      reader.refresh();
      assertFinds(reader);
      append(writer, 600, 2);
      assertEquals(3, reader.rows());
      reader.refresh();
      assertFinds(reader);
      try (IndexChange change = new IndexChange(writer)) {
        change.drop(each -> true);
        change.publish(3);
      }
      assertEquals(List.of(), files());
      reader.refresh();
      assertEquals(0, reader.rows());
      faces.clear();
      append(writer, 2, 4);
      writer.close();
      assertTrue(reader.tryToOwn());
      append(reader, 2, 5);
      assertFinds(reader);
    }
  }
}
