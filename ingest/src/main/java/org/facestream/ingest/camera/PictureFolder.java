package org.facestream.ingest.camera;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PNG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * The pictures of a folder, sorted by name, as a video of that many per second. Only regular files
 * that end in .jpg, .jpeg or .png are pictures; links are not followed, for they could lead out of
 * the folder. What a file is is told by its first bytes.
 */
final class PictureFolder implements PacketSource {
  private static final int LARGEST = 64 << 20;
  private static final double NANOS_PER_TICK = 1_000;

  private final List<Path> files;
  private final double ticksPerPicture;
  private final AVCodecParameters parameters = avcodec_parameters_alloc();
  private int next;

  /**
   * Lists the folder.
   *
   * @param fps pictures per second, above 0
   * @throws SourceException when there is no picture in it
   */
  PictureFolder(Path folder, double fps) throws SourceException {
    ticksPerPicture = 1e9 / NANOS_PER_TICK / fps;
    parameters.codec_type(AVMEDIA_TYPE_VIDEO).codec_id(AV_CODEC_ID_MJPEG);
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.filter(PictureFolder::isPicture).sorted().toList();
    } catch (IOException | UncheckedIOException unreadable) {
      close();
      throw new SourceException(Fault.NOT_FOUND, "folder " + folder);
    }
    if (files.isEmpty()) {
      close();
      throw new SourceException(Fault.NO_VIDEO, "no .jpg, .jpeg or .png in " + folder);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"))
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public AVCodecParameters parameters() {
    return parameters;
  }

  @Override
  public double nanosPerTick() {
    return NANOS_PER_TICK;
  }

  @Override
  public Read read(AVPacket packet, Fault late) {
    if (next == files.size()) {
      return Read.END;
    }
    long shown = Math.round(next * ticksPerPicture);
    byte[] bytes;
    try (InputStream in = Files.newInputStream(files.get(next++), LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(LARGEST);
    } catch (IOException unreadable) {
      return Read.DAMAGED;
    }
    if (bytes.length < 4 || bytes.length == LARGEST || !recognise(bytes)) {
      return Read.DAMAGED;
    }
    if (av_new_packet(packet, bytes.length) < 0) {
      throw new OutOfMemoryError("no memory for a picture of " + bytes.length + " bytes");
    }
    packet.data().put(bytes, 0, bytes.length);
    packet.pts(shown).dts(shown).flags(AV_PKT_FLAG_KEY);
    return Read.VIDEO;
  }

  private boolean recognise(byte[] bytes) {
    if ((bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == 0xd8) {
      parameters.codec_id(AV_CODEC_ID_MJPEG);
      return true;
    }
    if ((bytes[0] & 0xff) == 0x89 && bytes[1] == 'P' && bytes[2] == 'N' && bytes[3] == 'G') {
      parameters.codec_id(AV_CODEC_ID_PNG);
      return true;
    }
    return false;
  }

  @Override
  public void rewind() {
    next = 0;
  }

  @Override
  public void close() {
    avcodec_parameters_free(parameters);
  }
}
