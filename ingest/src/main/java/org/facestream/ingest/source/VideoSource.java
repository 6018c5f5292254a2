package org.facestream.ingest.source;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.clock.StreamClock;
import org.facestream.ingest.source.http.HttpPictures;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.Demuxer;
import org.facestream.ingest.source.packet.FfmpegLog;
import org.facestream.ingest.source.packet.FfmpegMemory;
import org.facestream.ingest.source.packet.Next;
import org.facestream.ingest.source.packet.PacketSource;
import org.facestream.ingest.source.packet.PictureFolder;
import org.facestream.ingest.source.picture.EncodedPicture;
import org.facestream.ingest.source.picture.Look;
import org.facestream.ingest.source.picture.PictureEncoder;
import org.facestream.ingest.source.picture.SourcePicture;
import org.facestream.ingest.worker.Closing;

/**
 * The pictures of one video stream, read with FFmpeg's demuxers and decoders. One thread opens,
 * reads and closes it.
 *
 * <pre>
 * try (VideoSource source = VideoSource.open(file)) {
 *   while (source.next()) {
 *     EncodedPicture picture = source.jpeg(1280, 85);
 *   }
 * }
 * </pre>
 *
 * Every call is bounded in time. Motion JPEG is decoded only when somebody asks for its pixels.
 */
public final class VideoSource implements AutoCloseable {
  private static final double USUAL_FPS = 25;

  private final Patience patience;
  private final CallDeadline deadline;
  private final boolean ownsDeadline;
  private final PictureReader reader;
  private final PictureEncoder encoder = new PictureEncoder();
  private boolean begun;
  private boolean current;
  private boolean closed;

  private VideoSource(
      Patience patience, CallDeadline deadline, boolean ownsDeadline, PictureReader reader) {
    this.patience = patience;
    this.deadline = deadline;
    this.ownsDeadline = ownsDeadline;
    this.reader = reader;
    deadline.arm(patience.firstFrame());
  }

  private static PacketSource packets(
      SourceUrl url, Patience patience, Wish wish, CallDeadline deadline) throws SourceException {
    if (url.kind() == SourceUrl.Kind.PICTURES) {
      double fps = Double.isInfinite(wish.fps()) ? USUAL_FPS : wish.fps();
      return new PictureFolder(Path.of(url.target()), fps);
    }
    if (url.kind().http()) {
      return new HttpPictures(url, deadline, patience.connect());
    }
    return new Demuxer(url, deadline, patience.connect());
  }

  /**
   * Loads the native libraries. Loading holds locks of the whole process for up to some seconds, so
   * call it before the first camera runs.
   */
  public static void loadLibraries() {
    FfmpegLog.route();
    FfmpegMemory.limit();
    Loader.load(org.bytedeco.ffmpeg.global.avformat.class);
    Loader.load(org.bytedeco.ffmpeg.global.swscale.class);
    try (Mat black = new Mat(8, 8, opencv_core.CV_8UC3)) {
      Picture.jpeg(black, 85);
    }
  }

  /** Opens a video file, to read it as fast as possible. */
  public static VideoSource open(Path file) throws SourceException {
    Duration minute = Duration.ofMinutes(1);
    CallDeadline deadline = new CallDeadline();
    try {
      return open(
          SourceUrl.file(file),
          new Patience(minute, minute, minute),
          Wish.EVERYTHING,
          deadline,
          true);
    } catch (SourceException | RuntimeException | Error failed) {
      deadline.close();
      throw failed;
    }
  }

  /**
   * Opens a source for all its pictures; another thread may end its calls by the deadline's {@code
   * stop}.
   */
  public static VideoSource open(SourceUrl url, Patience patience, CallDeadline deadline)
      throws SourceException {
    return open(url, patience, Wish.EVERYTHING, deadline);
  }

  /** The same with requirements. */
  public static VideoSource open(SourceUrl url, Patience patience, Wish wish, CallDeadline deadline)
      throws SourceException {
    return open(url, patience, wish, deadline, false);
  }

  private static VideoSource open(
      SourceUrl url, Patience patience, Wish wish, CallDeadline deadline, boolean ownsDeadline)
      throws SourceException {
    FfmpegMemory.limit();
    PacketSource packets = packets(url, patience, wish, deadline);
    try {
      PictureReader reader = new PictureReader(packets, url.kind().codecs(), wish);
      return new VideoSource(patience, deadline, ownsDeadline, reader);
    } catch (SourceException | RuntimeException | Error failed) {
      packets.close();
      throw failed;
    }
  }

  /**
   * Reads the next undamaged picture; returns false at the end of a file.
   *
   * @throws SourceException when there is none in time, or the source failed
   */
  public boolean next() throws SourceException {
    Next next;
    do {
      next = advance();
    } while (next != Next.PICTURE && next != Next.END);
    return next == Next.PICTURE;
  }

  /** Reads the next undamaged picture, decoded or not, or the end. */
  public Next advance() throws SourceException {
    current = false;
    if (begun) {
      deadline.arm(patience.read());
    }
    Fault late = begun ? Fault.READ_TIMEOUT : Fault.FIRST_FRAME_TIMEOUT;
    long damagedBefore = damaged();
    while (true) {
      if (deadline.stopped()) {
        throw new SourceException(Fault.STOPPED);
      }
      // A source may also send data without end but no picture.
      if (deadline.expired()) {
        throw new SourceException(late, damaged() > damagedBefore ? "only damaged data" : "");
      }
      Next next = reader.step(late);
      if (next != Next.NOTHING && next != Next.DAMAGED) {
        current = next == Next.PICTURE;
        begun |= current;
        return next;
      }
    }
  }

  /**
   * The presentation time of the picture in nanoseconds from an arbitrary zero, or {@link
   * StreamClock#NO_TIMESTAMP}.
   */
  public long timestamp() {
    return reader.timestamp();
  }

  /** Pictures and packets so far that were damaged, and skipped. */
  public long damaged() {
    return reader.damaged();
  }

  /** How often the decoder was reopened because it returned only errors. */
  public long reopened() {
    return reader.reopened();
  }

  /** Whether pictures are skipped because reading is behind. */
  public boolean behind() {
    return reader.feed().behind();
  }

  /** Nanoseconds so far that were spent waiting for the source. */
  public long waited() {
    return reader.feed().waited();
  }

  /** Nanoseconds of a live stream that were read so far, decoded or not. */
  public long passed() {
    return reader.feed().passed();
  }

  /** Bytes of the video received. */
  public long bytes() {
    return reader.feed().bytes();
  }

  /** Of the stream's upright pictures, before any scaling; 0 before the first was decoded. */
  public int width() {
    return reader.width();
  }

  /** Of the stream's upright pictures, before any scaling; 0 before the first was decoded. */
  public int height() {
    return reader.height();
  }

  /** The beginning of the recording according to its container. */
  public Optional<Instant> created() {
    return reader.feed().created();
  }

  /** The codec's short name, such as {@code h264}. */
  public String codec() {
    return reader.codec();
  }

  /** The current picture. */
  public SourcePicture picture() {
    if (!current) {
      throw new IllegalStateException("there is no current picture");
    }
    return reader;
  }

  /**
   * The current picture as JPEG, without masks; empty when it is damaged.
   *
   * @param maxWidth a wider picture is scaled to this width
   * @param quality 1 to 100
   */
  public Optional<EncodedPicture> jpeg(int maxWidth, int quality) {
    return encoder.encode(picture(), new Look(maxWidth, quality, List.of()));
  }

  /** Goes back to the beginning of a file. */
  public void rewind() throws SourceException {
    current = false;
    reader.rewind();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Closing closing = new Closing()) {
      if (ownsDeadline) {
        closing.add(deadline);
      }
      closing.add(encoder);
      closing.add(reader);
    }
  }
}
