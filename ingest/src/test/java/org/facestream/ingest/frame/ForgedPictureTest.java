package org.facestream.ingest.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Small files that say of themselves that they are large, in a place that is easily overlooked. */
class ForgedPictureTest {
  private static final int AFTER_HEADER = 33;

  @Test
  void aPngWithASecondHeaderIsRefused() throws Exception {
    byte[] png = encoded("png");
    byte[] second = new byte[25];
    ByteBuffer chunk = ByteBuffer.wrap(second);
    chunk.putInt(13).put(new byte[] {'I', 'H', 'D', 'R'}).putInt(1_900_000_000).putInt(1);
    chunk.put(new byte[] {8, 0, 0, 0, 0});
    CRC32 sum = new CRC32();
    sum.update(second, 4, 17);
    chunk.putInt((int) sum.getValue());
    ByteArrayOutputStream forged = new ByteArrayOutputStream();
    forged.write(png, 0, AFTER_HEADER);
    forged.write(second);
    forged.write(png, AFTER_HEADER, png.length - AFTER_HEADER);

    assertEquals("corrupt-picture", refusal(forged.toByteArray()));
    assertEquals(4, decodedWidth(png));
  }

  /** 3 GB, had it been decoded: no heap's limit holds that up. */
  @Test
  void aGifWithALargeScreenIsRefused() throws Exception {
    byte[] gif = encoded("gif");
    assertEquals(4, decodedWidth(gif));
    ByteBuffer.wrap(gif).putInt(6, 0xff7fff7f);
    assertEquals("too-large", refusal(gif));
  }

  private static String refusal(byte[] encoded) {
    return assertThrows(UnreadablePictureException.class, () -> Picture.decodeStill(encoded))
        .reason();
  }

  private static int decodedWidth(byte[] encoded) throws UnreadablePictureException {
    try (Picture picture = Picture.decodeStill(encoded)) {
      return picture.width();
    }
  }

  private static byte[] encoded(String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY), format, bytes);
    return bytes.toByteArray();
  }
}
