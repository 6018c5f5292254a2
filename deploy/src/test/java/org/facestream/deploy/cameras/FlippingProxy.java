package org.facestream.deploy.cameras;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a worker and a camera, and on demand flips bits in the payload of RTP packets that
 * come interleaved in the RTSP connection: as from a camera whose memory or encoder is ill.
 */
final class FlippingProxy implements AutoCloseable {
  private static final int RTP_HEADER = 12;

  private final URI camera;
  private final int bytesPerFlip;
  private final ServerSocket listening;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong flipped = new AtomicLong();
  private final Random random = new Random(7);
  private volatile boolean flipping;

  /**
   * @param bytesPerFlip how many bytes there are, on average, for each that has one bit wrong
   */
  FlippingProxy(String url, int bytesPerFlip) throws IOException {
    this.camera = URI.create(url);
    this.bytesPerFlip = bytesPerFlip;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread("proxy-accept", this::accept);
  }

  /** The camera's address by way of this. */
  String url() {
    return "rtsp://127.0.0.1:" + listening.getLocalPort() + camera.getPath();
  }

  /** Whether bits are flipped from now on. */
  void flip(boolean wrong) {
    flipping = wrong;
  }

  /** Bits that were flipped. */
  long flipped() {
    return flipped.get();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(camera.getHost(), camera.getPort());
      sockets.add(client);
      sockets.add(server);
      thread("proxy-up", () -> pass(client, server, false));
      thread("proxy-down", () -> pass(server, client, true));
    }
  }

  private void pass(Socket from, Socket to, boolean fromCamera) throws IOException {
    try (from;
        to;
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        BufferedOutputStream out = new BufferedOutputStream(to.getOutputStream())) {
      for (int first = in.read(); first >= 0; first = in.read()) {
        out.write(first);
        if (fromCamera && first == '$') {
          packet(in, out);
        }
        if (in.available() == 0) {
          out.flush();
        }
      }
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  /** Channel, length, and a packet of that length. */
  private void packet(DataInputStream in, BufferedOutputStream out) throws IOException {
    int channel = in.readUnsignedByte();
    byte[] packet = new byte[in.readUnsignedShort()];
    in.readFully(packet);
    if (flipping && channel % 2 == 0) {
      spoil(packet);
    }
    out.write(new byte[] {(byte) channel, (byte) (packet.length >> 8), (byte) packet.length});
    out.write(packet);
  }

  private synchronized void spoil(byte[] packet) {
    for (int i = RTP_HEADER; i < packet.length; i++) {
      if (random.nextInt(bytesPerFlip) == 0) {
        packet[i] ^= (byte) (1 << random.nextInt(8));
        flipped.incrementAndGet();
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void thread(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException ended) {
                // One of both ends is gone, and with it this connection.
                return;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
