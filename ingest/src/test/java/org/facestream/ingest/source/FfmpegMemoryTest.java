package org.facestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.FfmpegMemory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a camera can have us keep in memory, and what must fit into it. */
@Tag("bare")
class FfmpegMemoryTest {
  private static final Duration LONG = Duration.ofSeconds(40);
  private static final Patience ALWAYS = new Patience(LONG, LONG, LONG);

  @TempDir private Path folder;

  @Test
  void aDescriptionOfTwoGigabytesIsNotWaitedFor() throws IOException {
    try (LyingCamera camera = new LyingCamera(LyingCamera.Lie.DESCRIPTION);
        CallDeadline deadline = new CallDeadline()) {
      SourceException failed =
          assertThrows(
              SourceException.class,
              () -> VideoSource.open(camera.url(), ALWAYS, deadline).close());
      assertEquals(Fault.BAD_ANSWER, failed.fault());
    }
  }

  @Test
  void aPictureThatNeverEndsIsNotKept() throws IOException, SourceException {
    try (LyingCamera camera = new LyingCamera(LyingCamera.Lie.PICTURE);
        CallDeadline deadline = new CallDeadline();
        VideoSource source = VideoSource.open(camera.url(), ALWAYS, deadline)) {
      SourceException failed = assertThrows(SourceException.class, source::next);
      assertEquals(Fault.ENDED, failed.fault());
      // What FFmpeg had kept at the end comes as one packet.
      assertTrue(
          source.bytes() <= FfmpegMemory.LARGEST,
          () -> "kept " + source.bytes() + " of " + LyingCamera.SENT);
    }
  }

  @Test
  void theLargestPictureStillFits() throws IOException, SourceException {
    Files.write(folder.resolve("a.png"), transparent(7680, 4320));
    try (CallDeadline deadline = new CallDeadline();
        VideoSource source = VideoSource.open(SourceUrl.pictures(folder), ALWAYS, deadline)) {
      assertTrue(source.next());
      assertEquals(360, source.jpeg(640, 85).orElseThrow().height());
      assertEquals(7680, source.width());
      assertEquals(0, source.damaged());
    }
  }

  /** A PNG file of four bytes a pixel; Java's own writer takes seconds for 8K. */
  private static byte[] transparent(int width, int height) throws IOException {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    Deflater fast = new Deflater(Deflater.BEST_SPEED);
    try (OutputStream out = new DeflaterOutputStream(pixels, fast, 1 << 16)) {
      byte[] row = new byte[1 + 4 * width];
      for (int y = 0; y < height; y++) {
        out.write(row);
      }
    } finally {
      fast.end();
    }
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) 8).put((byte) 6);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(file, "IHDR", header.array());
    chunk(file, "IDAT", pixels.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    file.write(ByteBuffer.allocate(4).putInt(data.length).array());
    file.write(name);
    file.write(data);
    file.write(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }
}
