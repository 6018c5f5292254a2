package org.facestream.ingest.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EACCES;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EIO;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_ENOENT;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_FORBIDDEN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_HTTP_UNAUTHORIZED;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.global.avformat;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.FfmpegFaults;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people have from recorders and archives, and what is said of what cannot be read. */
class FileFormatsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "mpeg4, a.avi, mpeg4",
    "msmpeg4v2, a.avi, msmpeg4v2",
    "msmpeg4, a.avi, msmpeg4",
    "mpeg2video, a.avi, mpeg2video",
    "mpeg2video, a.mpg, mpeg2video",
    "mpeg2video, a.ts, mpeg2video",
    "mpeg1video, a.mpg, mpeg1video",
    "wmv1, a.wmv, wmv1",
    "wmv2, a.asf, wmv2",
    "flv, a.flv, flv",
    "h263p, a.mov, h263",
    "rv20, a.rm, rv20",
    "libvpx, a.webm, vp8",
    "libvpx-vp9, a.webm, vp9",
    "libsvtav1, a.mp4, libaom-av1",
    "libsvtav1, a.mkv, libaom-av1",
    "ffv1, a.mkv, ffv1",
    "utvideo, a.avi, utvideo",
    "libopenh264, a.flv, h264",
    "libopenh264, a.mkv, h264",
  })
  void everyDecoderMayReadFiles(String encoder, String name, String codec) throws Exception {
    Path file = TestVideo.write(folder.resolve(name), encoder, 320, 240, 25, 10);
    try (VideoSource source = VideoSource.open(file)) {
      assertEquals(codec, source.codec());
      int pictures = 0;
      while (source.next()) {
        pictures++;
        EncodedPicture picture = source.jpeg(1280, 90).orElseThrow();
        assertEquals(320, picture.width());
        try (Picture decoded = Picture.decodeFrame(picture.jpeg())) {
          assertEquals(240, decoded.height());
        }
      }
      assertTrue(pictures >= 9 && pictures <= 10, "pictures: " + pictures);
      assertEquals(0, source.damaged());
    }
  }

  @Test
  void whatHasNoEncoderAnyMoreIsNotRefused() throws Exception {
    for (String[] each : new String[][] {{"IV50", "indeo5"}, {"IV32", "indeo3"}, {"VP62", "vp6"}}) {
      Path file = renamed(each[0]);
      try (VideoSource source = VideoSource.open(file)) {
        assertEquals(each[1], source.codec());
      }
    }
  }

  @Test
  void aCodecThatNobodyKnowsIsNamedWithWhatToDo() throws Exception {
    SourceException refused = refused(renamed("ZQ7Z"));
    assertEquals("unsupported-codec", refused.reason());
    assertTrue(refused.getMessage().contains("ZQ7Z"), refused.getMessage());
    assertTrue(refused.getMessage().contains("ffmpeg -i FILE"), refused.getMessage());
  }

  /** An AVI whose header says that its pictures are of another codec than they are. */
  private Path renamed(String letters) throws IOException {
    Path file = TestVideo.write(folder.resolve("a.avi"), "mpeg4", 64, 64, 10, 3);
    String bytes = new String(Files.readAllBytes(file), ISO_8859_1);
    assertTrue(bytes.contains("FMP4"));
    return Files.write(
        folder.resolve(letters + ".avi"), bytes.replace("FMP4", letters).getBytes(ISO_8859_1));
  }

  @Test
  void soundAloneIsNoVideo() throws Exception {
    ByteArrayOutputStream wav = new ByteArrayOutputStream();
    byte[] head = new byte[44];
    java.nio.ByteBuffer header =
        java.nio.ByteBuffer.wrap(head).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    header.put("RIFF".getBytes(ISO_8859_1)).putInt(36 + 16_000);
    header.put("WAVEfmt ".getBytes(ISO_8859_1)).putInt(16).putShort((short) 1).putShort((short) 1);
    header.putInt(8_000).putInt(16_000).putShort((short) 2).putShort((short) 16);
    header.put("data".getBytes(ISO_8859_1)).putInt(16_000);
    wav.writeBytes(head);
    wav.writeBytes(new byte[16_000]);
    SourceException refused = refused(Files.write(folder.resolve("sound.wav"), wav.toByteArray()));
    assertEquals("no-video", refused.reason());
    SourceException words =
        refused(Files.writeString(folder.resolve("words.mp4"), "no video at all ".repeat(500)));
    assertEquals("bad-answer", words.reason());
    assertTrue(words.getMessage().contains("not a video file"), words.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'m=audio 0 RTP/AVP 0\r\na=control:audio\r\n', no-video, sound",
    "'m=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=control:video\r\n', unsupported-codec, 'vp8: set the camera to one of h264, hevc, mjpeg'"
  })
  void whatACameraOffersInsteadIsSaid(String media, String reason, String words) throws Exception {
    String sdp = media.replace("\\r\\n", "\r\n");
    try (TestRtspCamera camera = TestRtspCamera.offering(sdp);
        CallDeadline deadline = new CallDeadline()) {
      SourceUrl url =
          new SourceUrl(SourceUrl.Kind.RTSP_UDP, "rtsp://127.0.0.1:" + camera.port() + "/gate");
      Duration patience = Duration.ofSeconds(20);
      SourceException refused =
          assertThrows(
              SourceException.class,
              () ->
                  VideoSource.open(url, new Patience(patience, patience, patience), deadline)
                      .close());
      assertEquals(reason, refused.reason(), refused.getMessage());
      assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }
  }

  @Test
  void faultsAreToldByCodesAndNotByWords() {
    assertEquals(Optional.of(Fault.NOT_FOUND), FfmpegFaults.of(AVERROR_ENOENT()));
    assertEquals(Optional.of(Fault.NO_ACCESS), FfmpegFaults.of(AVERROR_EACCES()));
    assertEquals(Optional.of(Fault.UNAUTHORIZED), FfmpegFaults.of(AVERROR_HTTP_UNAUTHORIZED));
    assertEquals(Optional.of(Fault.UNAUTHORIZED), FfmpegFaults.of(AVERROR_HTTP_FORBIDDEN));
    assertEquals(Optional.of(Fault.BAD_ANSWER), FfmpegFaults.of(AVERROR_INVALIDDATA));
    assertEquals(Optional.empty(), FfmpegFaults.of(AVERROR_EIO()));
  }

  @Test
  void everyContainerThatIsNamedExists() {
    List<String> unknown = new ArrayList<>();
    for (String name : SourceUrl.Kind.FILE.formats().split(",")) {
      if (avformat.av_find_input_format(name) == null) {
        unknown.add(name);
      }
    }
    assertEquals(List.of(), unknown);
  }

  private static SourceException refused(Path file) {
    return assertThrows(SourceException.class, () -> VideoSource.open(file).close());
  }
}
