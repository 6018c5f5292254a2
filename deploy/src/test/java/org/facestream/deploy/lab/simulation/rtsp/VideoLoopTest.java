package org.facestream.deploy.lab.simulation.rtsp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VideoLoopTest {
  @Test
  void splitsByteStreamsAtStartCodesOfBothLengths() {
    byte[] stream = {0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 4, 0, 0, 3, 5};
    AccessUnit unit = AccessUnit.fromAnnexB(stream);
    assertEquals(3, unit.units().size());
    assertArrayEquals(new byte[] {0x67, 1, 2}, unit.units().get(0));
    assertArrayEquals(new byte[] {0x68, 3}, unit.units().get(1));
    assertArrayEquals(new byte[] {0x65, 4, 0, 0, 3, 5}, unit.units().get(2));
    assertTrue(unit.key());
    assertThrows(
        IllegalArgumentException.class, () -> AccessUnit.fromAnnexB(new byte[] {1, 2, 3, 4}));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1399, 1400, 1401, 1398 + 1, 2 * 1398 + 1, 2 * 1398 + 2, 50_000})
  void receiversPutCutUnitsTogetherAgain(int length) {
    byte[] slice = new byte[length];
    new Random(length).nextBytes(slice);
    slice[0] = 0x65;
    H264Loop loop =
        new H264Loop(
            List.of(new AccessUnit(List.of(new byte[] {0x67, 1}, new byte[] {0x68, 1}, slice))), 5);
    List<byte[]> payloads = loop.payloads(0);
    assertTrue(payloads.stream().allMatch(payload -> payload.length <= VideoLoop.MOST_PAYLOAD));
    List<byte[]> received = reassemble(payloads);
    assertEquals(3, received.size());
    assertArrayEquals(slice, received.get(2));
  }

  @Test
  void encodedVideoSurvivesPacketising() {
    H264Loop loop = MovingPattern.h264(320, 240, 21);
    assertEquals(21, loop.frames(), "one access unit for each picture");
    for (int i = 0; i < loop.frames(); i++) {
      assertEquals(i % MovingPattern.FPS == 0, loop.key(i), "a key frame each second");
      List<byte[]> units = loop.units().get(i).units();
      List<byte[]> received = reassemble(loop.payloads(i));
      assertEquals(units.size(), received.size());
      for (int u = 0; u < units.size(); u++) {
        assertArrayEquals(units.get(u), received.get(u));
      }
    }
  }

  @Test
  void loopsThatNobodyCouldJoinAreRefused() {
    AccessUnit bare = new AccessUnit(List.of(new byte[] {0x65, 1}));
    assertThrows(IllegalArgumentException.class, () -> new H264Loop(List.of(bare), 5));
    assertThrows(IllegalArgumentException.class, () -> new H264Loop(List.of(), 5));
  }

  @Test
  void theScanOfAJpegSurvivesPacketising() {
    MjpegLoop loop = MovingPattern.mjpeg(320, 240, 1);
    byte[] jpeg = loop.jpegs().get(0);
    ByteArrayOutputStream scan = new ByteArrayOutputStream();
    for (byte[] payload : loop.payloads(0)) {
      int offset = (payload[1] & 0xFF) << 16 | (payload[2] & 0xFF) << 8 | payload[3] & 0xFF;
      assertEquals(scan.size(), offset);
      assertEquals(40, payload[6]);
      assertEquals(30, payload[7]);
      int header = offset == 0 ? 8 + 4 + 128 : 8;
      scan.write(payload, header, payload.length - header);
    }
    byte[] received = scan.toByteArray();
    byte[] sent = new byte[received.length];
    System.arraycopy(jpeg, jpeg.length - 2 - sent.length, sent, 0, sent.length);
    assertArrayEquals(sent, received);
    assertEquals(0xDA, jpeg[jpeg.length - 2 - sent.length - 13] & 0xFF, "all of the scan was sent");
    assertFalse(received.length == 0);
  }

  /** RFC 6184, from the receiver's side. */
  private static List<byte[]> reassemble(List<byte[]> payloads) {
    List<byte[]> units = new ArrayList<>();
    ByteArrayOutputStream cut = null;
    for (byte[] payload : payloads) {
      if ((payload[0] & 0x1F) != 28) {
        units.add(payload);
        continue;
      }
      if ((payload[1] & 0x80) != 0) {
        cut = new ByteArrayOutputStream();
        cut.write(payload[0] & 0xE0 | payload[1] & 0x1F);
      }
      cut.write(payload, 2, payload.length - 2);
      if ((payload[1] & 0x40) != 0) {
        units.add(cut.toByteArray());
        cut = null;
      }
    }
    return units;
  }
}
