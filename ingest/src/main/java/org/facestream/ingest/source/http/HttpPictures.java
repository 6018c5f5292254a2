package org.facestream.ingest.source.http;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;
import org.facestream.ingest.source.packet.Next;
import org.facestream.ingest.source.packet.PacketSource;

/**
 * Motion JPEG over HTTP: a {@code multipart/x-mixed-replace} without end, each part a picture. It
 * contains no times; the capture time is the time of arrival.
 */
public final class HttpPictures implements PacketSource {
  private static final String MULTIPART = "multipart/x-mixed-replace";

  private final CallDeadline deadline;
  private final HttpConnection connection;
  private final MultipartReader parts;
  private final AVCodecParameters parameters = avcodec_parameters_alloc();

  /**
   * Opens within that time.
   *
   * @throws SourceException when there are no pictures
   */
  public HttpPictures(SourceUrl url, CallDeadline deadline, Duration connect)
      throws SourceException {
    this.deadline = deadline;
    deadline.arm(connect);
    parameters.codec_type(AVMEDIA_TYPE_VIDEO).codec_id(AV_CODEC_ID_MJPEG);
    try {
      connection = HttpConnection.get(url, deadline);
    } catch (SourceException | RuntimeException | Error failed) {
      avcodec_parameters_free(parameters);
      throw failed;
    }
    parts = new MultipartReader(connection.body());
    String type = connection.header("content-type").toLowerCase(Locale.ROOT);
    if (!type.startsWith("multipart/")) {
      close();
      throw notPictures(type);
    }
  }

  private static SourceException notPictures(String type) {
    String plain = type.split(";", 2)[0].strip();
    String shown = plain.matches("[a-z0-9/.+-]{1,40}") ? plain : "something else";
    return new SourceException(
        shown.startsWith("image/") || shown.startsWith("multipart/")
            ? Fault.BAD_ANSWER
            : Fault.NO_VIDEO,
        shown.startsWith("image/")
            ? "it sends a single picture: use the camera's address for a stream, " + MULTIPART
            : "it gives " + shown + ": use the camera's address for Motion JPEG, " + MULTIPART);
  }

  @Override
  public AVCodecParameters parameters() {
    return parameters;
  }

  @Override
  public double nanosPerTick() {
    return 1;
  }

  @Override
  public Next read(AVPacket packet, Fault late) throws SourceException {
    MultipartReader.Part part;
    try {
      Optional<MultipartReader.Part> next = parts.next();
      if (next.isEmpty()) {
        throw new SourceException(Fault.ENDED);
      }
      part = next.get();
    } catch (IOException failed) {
      throw HttpConnection.fault(failed, deadline, late);
    }
    String type = part.type().toLowerCase(Locale.ROOT);
    if (!type.isEmpty() && !type.startsWith("image/jp")) {
      throw new SourceException(
          Fault.UNSUPPORTED_CODEC, "its parts are not JPEGs: set the camera to Motion JPEG");
    }
    if (part.bytes().length < 4) {
      return Next.DAMAGED;
    }
    if (av_new_packet(packet, part.bytes().length) < 0) {
      throw new OutOfMemoryError("no memory for a picture of " + part.bytes().length + " bytes");
    }
    packet.data().put(part.bytes(), 0, part.bytes().length);
    packet.pts(AV_NOPTS_VALUE).dts(AV_NOPTS_VALUE).flags(AV_PKT_FLAG_KEY);
    return Next.PICTURE;
  }

  @Override
  public void rewind() {
    throw new IllegalStateException("a camera has no beginning");
  }

  @Override
  public void close() {
    connection.close();
    avcodec_parameters_free(parameters);
  }
}
