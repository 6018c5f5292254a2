package org.facestream.deploy.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libpng prints by itself and names no file: nothing of it is to be seen. */
class DamagedPngTest {
  /** Before its first chunk of pixels. */
  private static final int AFTER_HEADER = 33;

  @TempDir Path folder;

  @Test
  void onlyLinesWithTheNameOfThePictureArePrinted() throws Exception {
    StartScript script = StartScript.in(folder);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(300, 300, BufferedImage.TYPE_INT_RGB), "png", png);
    byte[] whole = png.toByteArray();
    byte[] damaged = whole.clone();
    damaged[AFTER_HEADER + 20] ^= 0x55;
    Files.write(folder.resolve("damaged.png"), damaged);
    Files.write(folder.resolve("cut.png"), Arrays.copyOf(whole, whole.length / 2));
    // As many programs wrote it: pixels as good as ever, beside a profile that is none.
    byte[] profile = "iCCPnone\0\0none".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(
        folder.resolve("profile.png"),
        ByteBuffer.allocate(whole.length + profile.length + 8)
            .put(whole, 0, AFTER_HEADER)
            .putInt(profile.length - 4)
            .put(profile)
            .putInt(0)
            .put(whole, AFTER_HEADER, whole.length - AFTER_HEADER)
            .array());

    StartScript.Ended ended =
        script.run(Map.of(), "detect", "damaged.png", "cut.png", "profile.png");

    String tail = " is not a usable picture: it is incomplete or damaged.\n";
    assertEquals(
        "facestream: damaged.png" + tail + "facestream: cut.png" + tail, ended.err(), ended.out());
    assertEquals(1, ended.out().lines().count(), ended.out());
  }
}
