package org.facestream.ingest.source.packet;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pictures of a folder, sorted by name, as a video of that many per second. Only regular files
 * with an extension of pictures are read; links are not followed, because they could lead out of
 * the folder. The first bytes determine the kind of a picture. The folder is listed again in each
 * round.
 */
public final class PictureFolder implements PacketSource {
  private static final Logger log = LoggerFactory.getLogger(PictureFolder.class);

  private static final Set<String> ENDINGS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif", "hif", "avif", "tif", "tiff",
          "bmp", "gif");

  private static final double NANOS_PER_TICK = 1_000;

  /** Limits log lines for a folder of thousands of damaged files. */
  private static final int MOST_WARNINGS = 20;

  private final Path folder;
  private final double ticksPerPicture;
  private final AVCodecParameters parameters = avcodec_parameters_alloc();
  private final Set<Path> warned = new HashSet<>();
  private List<Path> files = List.of();
  private int next;
  private int given;
  private String firstFailure = "";

  /**
   * Lists the folder.
   *
   * @param fps pictures per second, above 0
   * @throws SourceException when there is no picture in it
   */
  public PictureFolder(Path folder, double fps) throws SourceException {
    this.folder = folder;
    ticksPerPicture = 1e9 / NANOS_PER_TICK / fps;
    parameters.codec_type(AVMEDIA_TYPE_VIDEO).codec_id(AV_CODEC_ID_MJPEG);
    try {
      list();
    } catch (SourceException | RuntimeException failed) {
      close();
      throw failed;
    }
  }

  private void list() throws SourceException {
    List<Path> all;
    try (Stream<Path> entries = Files.list(folder)) {
      all = entries.sorted().toList();
    } catch (UncheckedIOException unreadable) {
      throw unlisted(Objects.requireNonNull(unreadable.getCause(), "its constructor asks for one"));
    } catch (IOException unreadable) {
      throw unlisted(unreadable);
    }
    files = all.stream().filter(PictureFolder::isPicture).toList();
    next = 0;
    given = 0;
    firstFailure = "";
    if (files.isEmpty()) {
      throw new SourceException(
          Fault.NO_VIDEO,
          all.isEmpty()
              ? "the folder %s is empty".formatted(folder)
              : String.format(
                  Locale.ROOT,
                  "none of the %d entries of %s is a picture, for example %s; pictures are files, "
                      + "not links, that end in %s",
                  all.size(),
                  folder,
                  all.get(0).getFileName(),
                  ENDINGS.stream().sorted().collect(Collectors.joining(", .", ".", ""))));
    }
  }

  private SourceException unlisted(IOException failed) {
    return failed instanceof NoSuchFileException
        ? new SourceException(Fault.NOT_FOUND, "folder " + folder)
        : new SourceException(
            Fault.INPUT_OUTPUT,
            "the folder %s cannot be listed: %s".formatted(folder, UserError.reason(failed)));
  }

  /** Whether a file counts as a picture of the folder. */
  public static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
        && name.contains(".")
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

  /**
   * Reads the next picture.
   *
   * @throws SourceException at the end of a folder without a readable picture
   */
  @Override
  public Next read(AVPacket packet, Fault late) throws SourceException {
    if (next == files.size()) {
      if (given == 0) {
        throw new SourceException(
            Files.isDirectory(folder) ? Fault.DECODE_FAILED : Fault.NOT_FOUND,
            String.format(
                Locale.ROOT,
                "none of the %d pictures in %s can be read; %s",
                files.size(),
                folder,
                firstFailure));
      }
      return Next.END;
    }
    long shown = Math.round(next * ticksPerPicture);
    Path file = files.get(next++);
    byte[] jpeg;
    try {
      jpeg = FolderPicture.jpeg(file);
    } catch (IOException unreadable) {
      return leftOut(file, UserError.reason(unreadable));
    } catch (UnreadablePictureException damaged) {
      return leftOut(file, String.valueOf(damaged.getMessage()));
    } catch (RuntimeException undecodable) {
      // A failure of the decoder with one picture must not affect the next ones.
      return leftOut(file, "it cannot be decoded (" + undecodable + ")");
    }
    if (av_new_packet(packet, jpeg.length) < 0) {
      throw new OutOfMemoryError("no memory for a picture of " + jpeg.length + " bytes");
    }
    packet.data().put(jpeg, 0, jpeg.length);
    packet.pts(shown).dts(shown).flags(AV_PKT_FLAG_KEY);
    given++;
    return Next.PICTURE;
  }

  private Next leftOut(Path file, String why) {
    if (firstFailure.isEmpty()) {
      firstFailure = file.getFileName() + ": " + why;
    }
    if (warned.size() < MOST_WARNINGS && warned.add(file)) {
      log.warn(
          "the picture {} is skipped: {}{}",
          file,
          why,
          warned.size() == MOST_WARNINGS ? "; further ones are not logged" : "");
    }
    return Next.DAMAGED;
  }

  @Override
  public void rewind() throws SourceException {
    list();
  }

  @Override
  public void close() {
    avcodec_parameters_free(parameters);
  }
}
