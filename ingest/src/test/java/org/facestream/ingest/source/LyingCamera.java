package org.facestream.ingest.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.facestream.ingest.source.address.SourceUrl;

/** An RTSP server that would have its one client keep more than it can. */
final class LyingCamera implements AutoCloseable {
  /** What it lies about. */
  enum Lie {
    /** The description of its streams has two billion bytes. */
    DESCRIPTION,
    /** Its first picture has {@link #SENT} bytes, and no end: then it hangs up. */
    PICTURE
  }

  static final long SENT = 160L << 20;
  private static final int PAYLOAD = 60_000;
  private static final String SDP =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
          + "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:video\r\n";

  private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final Lie lie;
  private final Thread thread = new Thread(this::serve, "lying-camera");

  LyingCamera(Lie lie) throws IOException {
    this.lie = lie;
    thread.start();
  }

  SourceUrl url() {
    return new SourceUrl(SourceUrl.Kind.RTSP, "rtsp://127.0.0.1:" + socket.getLocalPort() + "/s");
  }

  private void serve() {
    try (Socket client = socket.accept()) {
      // Nobody may have a connection whose test is over.
      client.setSoTimeout(60_000);
      serve(client);
    } catch (IOException gone) {
      // The client went, or the test is over.
    }
  }

  private void serve(Socket client) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    OutputStream out = client.getOutputStream();
    for (String first = in.readLine(); first != null; first = in.readLine()) {
      String head = "RTSP/1.0 200 OK\r\nSession: 7\r\n";
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        head += line.startsWith("CSeq") ? line + "\r\n" : "";
      }
      if (first.startsWith("SETUP")) {
        head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
      } else if (first.startsWith("DESCRIBE") && lie == Lie.DESCRIPTION) {
        write(out, head + "Content-Type: application/sdp\r\nContent-Length: 2000000000\r\n\r\n");
        // Hangs up after a part of it: the client must not have waited for the rest.
        write(out, "a=x".repeat(PAYLOAD));
        in.readLine();
        return;
      } else if (first.startsWith("DESCRIBE")) {
        head += "Content-Type: application/sdp\r\nContent-Length: " + SDP.length() + "\r\n";
      }
      write(out, head + "\r\n" + (first.startsWith("DESCRIBE") ? SDP : ""));
      if (first.startsWith("PLAY")) {
        sendPicture(out);
        return;
      }
    }
  }

  /** Fragments (FU-A of RFC 6184) of a key frame, the first of which is its beginning. */
  private static void sendPicture(OutputStream out) throws IOException {
    byte[] packet = new byte[4 + 12 + 2 + PAYLOAD];
    Arrays.fill(packet, (byte) 'a');
    for (int sequence = 0; sequence < SENT / PAYLOAD; sequence++) {
      ByteBuffer.wrap(packet)
          .put((byte) '$')
          .put((byte) 0)
          .putShort((short) (packet.length - 4))
          .putShort((short) 0x8060)
          .putShort((short) sequence)
          .putInt(0)
          .putInt(1)
          .putShort((short) (sequence == 0 ? 0x7c85 : 0x7c05));
      out.write(packet);
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    try {
      thread.join(70_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
