package org.facestream.ingest.source;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.*;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.facestream.ingest.source.packet.FfmpegLog;

/**
 * A camera that serves one client: it sends a file as RTP in datagrams, or redirects elsewhere.
 * RTSP by hand, RTP by FFmpeg.
 */
final class TestRtspCamera implements AutoCloseable {
  private static final Pattern CLIENT_PORT = Pattern.compile("client_port=(\\d+)-(\\d+)");

  private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Path file;
  private final String redirection;
  private static final String H264 =
      "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
          + "a=control:video\r\n";

  private final String media;
  private final long pause;
  private final Thread thread = new Thread(this::serve, "test-rtsp-camera");
  private volatile boolean closed;

  private TestRtspCamera(Path file, String redirection, long pause) throws IOException {
    this(file, redirection, pause, H264);
  }

  private TestRtspCamera(Path file, String redirection, long pause, String media)
      throws IOException {
    this.file = file;
    this.media = media;
    this.redirection = redirection;
    this.pause = pause;
    thread.start();
  }

  /** A picture every 20 ms: slowly enough for any receive buffer. */
  static TestRtspCamera sending(Path file) throws IOException {
    return new TestRtspCamera(file, null, 20);
  }

  /**
   * @param pause milliseconds between two pictures
   */
  static TestRtspCamera sending(Path file, long pause) throws IOException {
    return new TestRtspCamera(file, null, pause);
  }

  static TestRtspCamera redirecting(String location) throws IOException {
    return new TestRtspCamera(null, location, 0);
  }

  /**
   * @param media the part of its description that says what it offers
   */
  static TestRtspCamera offering(String media) throws IOException {
    return new TestRtspCamera(null, null, 0, media);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** First lines and Transport headers so far. */
  List<String> requests() {
    return requests;
  }

  private void serve() {
    while (!closed) {
      try (Socket client = socket.accept()) {
        serve(client);
      } catch (IOException gone) {
        // The client went, or the test is over.
      }
    }
  }

  private void serve(Socket client) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    int rtpPort = 0;
    String first = in.readLine();
    while (first != null) {
      requests.add(first);
      String sequence = "";
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        Matcher port = CLIENT_PORT.matcher(line);
        if (line.startsWith("CSeq")) {
          sequence = line;
        } else if (line.startsWith("Transport")) {
          requests.add(line);
          rtpPort = port.find() ? Integer.parseInt(port.group(1)) : 0;
        }
      }
      client.getOutputStream().write(answer(first, sequence, rtpPort).getBytes());
      if (first.startsWith("PLAY") && file != null) {
        send(rtpPort);
      }
      first = in.readLine();
    }
  }

  private String answer(String request, String sequence, int rtpPort) {
    if (redirection != null) {
      return "RTSP/1.0 302 Found\r\n" + sequence + "\r\nLocation: " + redirection + "\r\n\r\n";
    }
    String head = "RTSP/1.0 200 OK\r\n" + sequence + "\r\n";
    if (request.startsWith("DESCRIBE")) {
      String sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\n" + media;
      return head
          + "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(sdp.length(), sdp);
    }
    if (request.startsWith("SETUP")) {
      return rtpPort == 0
          ? "RTSP/1.0 461 Unsupported transport\r\n" + sequence + "\r\n\r\n"
          : head
              + "Session: 7\r\nTransport: RTP/AVP/UDP;unicast;client_port=%d-%d\r\n\r\n"
                  .formatted(rtpPort, rtpPort + 1);
    }
    return head + "Session: 7\r\nPublic: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n";
  }

  private void send(int port) {
    AVFormatContext in = new AVFormatContext(null);
    check(avformat_open_input(in, file.toString(), (AVInputFormat) null, (AVDictionary) null));
    check(avformat_find_stream_info(in, (AVDictionary) null));
    AVFormatContext out = new AVFormatContext(null);
    String url = "rtp://127.0.0.1:" + port;
    check(avformat_alloc_output_context2(out, null, "rtp", url));
    AVStream stream = avformat_new_stream(out, null);
    check(avcodec_parameters_copy(stream.codecpar(), in.streams(0).codecpar()));
    stream.codecpar().codec_tag(0);
    AVIOContext output = new AVIOContext(null);
    check(avio_open(output, url, AVIO_FLAG_WRITE));
    out.pb(output);
    check(avformat_write_header(out, (AVDictionary) null));
    AVPacket packet = av_packet_alloc();
    while (!closed && av_read_frame(in, packet) >= 0) {
      av_packet_rescale_ts(packet, in.streams(0).time_base(), stream.time_base());
      check(av_write_frame(out, packet));
      av_packet_unref(packet);
      try {
        Thread.sleep(pause);
      } catch (InterruptedException over) {
        break;
      }
    }
    av_packet_free(packet);
    avformat_close_input(in);
    avio_closep(output);
    avformat_free_context(out);
  }

  private static void check(int result) {
    if (result < 0) {
      throw new IllegalStateException(FfmpegLog.describe(result));
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    socket.close();
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
