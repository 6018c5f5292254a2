package org.facestream.ingest.closeup;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.source.packet.PacketKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ten packets a second, a key frame each second, 100 bytes each. */
class PacketRingTest {
  private final AVCodecParameters parameters =
      avcodec_parameters_alloc().codec_id(AV_CODEC_ID_H264);
  private final PacketRing ring = new PacketRing(Duration.ofSeconds(3), 10_000);

  @AfterEach
  void close() {
    ring.close();
    avcodec_parameters_free(parameters);
  }

  @Test
  void anExcerptBeginsWithTheKeyFrameBefore() {
    add(0, 40, 100);
    assertEquals(3_900, ring.newest());
    try (PacketRing.Excerpt excerpt = ring.excerpt(2_450, 2_700).orElseThrow()) {
      assertEquals(2_000, excerpt.packets().get(0).captured());
      // Some more: pictures come in another order.
      assertEquals(2_900, excerpt.packets().get(excerpt.packets().size() - 1).captured());
      assertEquals(AV_CODEC_ID_H264, excerpt.parameters().codec_id());
    }
    try (PacketRing.Excerpt excerpt = ring.excerpt(1_900, 3_500).orElseThrow()) {
      assertEquals(1_000, excerpt.packets().get(0).captured());
      assertEquals(30, excerpt.packets().size());
    }
  }

  @Test
  void whatIsOlderThanTheSpanGoesByGroups() {
    add(0, 100, 100);
    assertTrue(ring.excerpt(5_800, 5_990).isEmpty(), "too old");
    try (PacketRing.Excerpt excerpt = ring.excerpt(5_800, 6_100).orElseThrow()) {
      assertEquals(6_000, excerpt.packets().get(0).captured(), "what there is");
    }
    assertEquals(4_000, ring.bytes());
    assertEquals(0, ring.lost(), "nothing that should be there");
  }

  @Test
  void whatDoesNotFitGoesByGroupsAndIsCounted() {
    add(0, 30, 500);
    assertTrue(ring.bytes() <= 10_000, ring.bytes() + " bytes");
    assertTrue(ring.excerpt(500, 600).isEmpty());
    ring.excerpt(2_500, 2_600).orElseThrow().close();
    assertEquals(10, ring.lost());

    // One group that does not fit alone.
    add(30, 40, 1_500);
    assertTrue(ring.bytes() <= 10_000, ring.bytes() + " bytes");
    assertTrue(ring.excerpt(3_000, 3_100).isEmpty());
    add(40, 50, 100);
    ring.excerpt(4_000, 4_100).orElseThrow().close();
  }

  @Test
  void aGroupWithoutEndIsNotKept() {
    add(0, 1, 10);
    for (int i = 1; i < 200; i++) {
      add(100L * i, 10, false);
    }
    assertTrue(ring.bytes() <= 910, ring.bytes() + " bytes");
    assertTrue(ring.lost() >= 100);
  }

  @Test
  void nothingIsKeptBeforeAKeyFrameAndNothingOfAnotherCodec() {
    add(0, 10, false);
    assertTrue(ring.excerpt(0, 100).isEmpty());
    assertEquals(1, ring.lost());
    add(10, 20, 100);
    parameters.codec_id(AV_CODEC_ID_HEVC);
    add(20, 30, 100);
    assertTrue(ring.excerpt(1_000, 1_100).isEmpty());
    try (PacketRing.Excerpt excerpt = ring.excerpt(2_000, 2_100).orElseThrow()) {
      assertEquals(AV_CODEC_ID_HEVC, excerpt.parameters().codec_id());
    }
    ring.close();
    add(30, 40, 100);
    assertEquals(0, ring.bytes());
    assertFalse(ring.excerpt(3_000, 3_100).isPresent());
  }

  @Test
  void theLagIsTheMiddleOfWhatWasSeenAndUnknownAfterMisses() {
    StreamLag lag = new StreamLag();
    assertEquals(0, lag.expected());
    assertEquals(StreamLag.FARTHEST, lag.reach(false));
    lag.found(-500, false);
    lag.found(300, true);
    lag.found(900, true);
    assertFalse(lag.known());
    lag.found(320, true);
    assertEquals(320, lag.expected());
    assertTrue(lag.reach(false) < StreamLag.FARTHEST);
    assertEquals(StreamLag.FARTHEST, lag.reach(true));
    lag.missed();
    lag.missed();
    lag.found(310, true);
    lag.missed();
    lag.missed();
    assertTrue(lag.known());
    lag.missed();
    assertFalse(lag.known());
    assertEquals(0, lag.expected());
  }

  /** So many tenths of a second. */
  private void add(int from, int to, int bytes) {
    for (int i = from; i < to; i++) {
      add(100L * i, bytes, i % 10 == 0);
    }
  }

  private void add(long captured, int bytes, boolean key) {
    AVPacket packet = av_packet_alloc();
    av_new_packet(packet, bytes);
    packet.pts(captured).flags(key ? AV_PKT_FLAG_KEY : 0);
    ring.add(packet, parameters, 1e6, key ? PacketKind.KEY : PacketKind.REFERENCE, captured);
    av_packet_free(packet);
  }
}
