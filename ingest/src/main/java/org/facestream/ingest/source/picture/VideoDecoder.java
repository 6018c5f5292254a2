package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_NONE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_copy_props;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_move_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_hwframe_transfer_data;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;

import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.FfmpegLog;
import org.facestream.ingest.source.packet.PacketSource;

/** One of FFmpeg's decoders, open for one stream. One thread uses it. */
public final class VideoDecoder implements AutoCloseable {
  private final AVCodecContext context;
  private final AVFrame raw;
  private final DeclaredCropping cropping;
  private final int pixelWidth;
  private final int pixelHeight;
  private final boolean plain;

  /**
   * Opens the decoder for the source's current codec.
   *
   * @param allowed names of FFmpeg's decoders, with commas between, or {@link SourceUrl#ANY}
   * @param device the hardware to decode with, or empty for the CPU; if the hardware does not
   *     support the codec, FFmpeg falls back to the CPU
   */
  public VideoDecoder(PacketSource source, String allowed, Optional<AVBufferRef> device)
      throws SourceException {
    this(source.parameters(), source.pixelShape(), allowed, device);
  }

  /** The same for given codec parameters, which the caller owns. */
  public VideoDecoder(AVCodecParameters parameters, String allowed, Optional<AVBufferRef> device)
      throws SourceException {
    this(parameters, av_make_q(0, 1), allowed, device);
  }

  private VideoDecoder(
      AVCodecParameters parameters,
      AVRational pixelShape,
      String allowed,
      Optional<AVBufferRef> device)
      throws SourceException {
    AVCodec codec = avcodec_find_decoder(parameters.codec_id());
    boolean any = allowed.equals(SourceUrl.ANY);
    if (codec == null || !(any || (',' + allowed + ',').contains(',' + name(codec) + ','))) {
      throw new SourceException(
          Fault.UNSUPPORTED_CODEC,
          shown(parameters)
              + (any
                  ? ": convert the file, for example with ffmpeg -i FILE -c:v libx264 NEW.mp4"
                  : ": set the camera to one of " + allowed.replace(",", ", ")));
    }
    context = avcodec_alloc_context3(codec);
    int copied = avcodec_parameters_to_context(context, parameters);
    // Cameras run in parallel already, and frame threads would delay each picture.
    context.thread_count(1);
    context.max_pixels(Picture.MOST_FRAME_PIXELS);
    device.ifPresent(buffer -> context.hw_device_ctx(av_buffer_ref(buffer)));
    int opened = copied < 0 ? copied : avcodec_open2(context, codec, (AVDictionary) null);
    if (opened < 0) {
      avcodec_free_context(context);
      throw new SourceException(Fault.DECODE_FAILED, FfmpegLog.describe(opened));
    }
    raw = av_frame_alloc();
    cropping = DeclaredCropping.of(parameters);
    pixelWidth = pixelShape.num();
    pixelHeight = pixelShape.den();
    plain =
        cropping.nothing()
            && DisplaySize.shape(pixelShape) == 1
            && av_packet_side_data_get(
                    parameters.coded_side_data(),
                    parameters.nb_coded_side_data(),
                    AV_PKT_DATA_DISPLAYMATRIX)
                == null;
  }

  /** The codec's name, or the container's name for it if FFmpeg does not know it. */
  private static String shown(AVCodecParameters parameters) {
    if (parameters.codec_id() != AV_CODEC_ID_NONE) {
      return avcodec_get_name(parameters.codec_id()).getString();
    }
    StringBuilder letters = new StringBuilder();
    for (int tag = parameters.codec_tag(); tag != 0; tag >>>= 8) {
      int letter = tag & 0xff;
      letters.append(letter > ' ' && letter < 0x7f ? (char) letter : '?');
    }
    return letters.length() == 0 ? "one that FFmpeg does not know" : letters.toString();
  }

  private static String name(AVCodec codec) {
    return codec.name().getString();
  }

  public String name() {
    return name(context.codec());
  }

  /** Whether the container declares no orientation. */
  public boolean plain() {
    return plain;
  }

  /** FFmpeg's number of the codec. */
  public int codec() {
    return context.codec_id();
  }

  /** FFmpeg's result of taking the packet. */
  public int send(AVPacket packet) {
    return avcodec_send_packet(context, packet);
  }

  /** Makes the decoder return the pictures that it still holds, and then report the end. */
  public void drain() {
    avcodec_send_packet(context, (AVPacket) null);
  }

  /**
   * FFmpeg's result of returning a picture, which is then in the frame, in main memory, cropped,
   * and with the shape of its pixels.
   */
  public int receive(AVFrame frame) {
    int received = fetch(frame);
    if (received < 0) {
      return received;
    }
    cropping.apply(frame);
    if (pixelWidth > 0 && pixelHeight > 0) {
      frame.sample_aspect_ratio().num(pixelWidth).den(pixelHeight);
    } else if (context.codec_id() == AV_CODEC_ID_MJPEG) {
      // A JPEG's density is for printing; viewers ignore it.
      frame.sample_aspect_ratio().num(0).den(1);
    }
    return received;
  }

  private int fetch(AVFrame frame) {
    int received = avcodec_receive_frame(context, raw);
    if (received < 0) {
      return received;
    }
    av_frame_unref(frame);
    if (raw.hw_frames_ctx() == null) {
      av_frame_move_ref(frame, raw);
      return received;
    }
    int fetched = av_hwframe_transfer_data(frame, raw, 0);
    if (fetched >= 0) {
      fetched = av_frame_copy_props(frame, raw);
    }
    av_frame_unref(raw);
    return fetched;
  }

  /** Resets the decoder for another position of the stream. */
  public void flush() {
    avcodec_flush_buffers(context);
  }

  /** Call it once. */
  @Override
  public void close() {
    av_frame_free(raw);
    avcodec_free_context(context);
  }
}
