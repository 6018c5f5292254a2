package org.facestream.ingest.worker.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers of tests. */
public final class FreePort {
  private static final int FIRST = 12_000;
  private static final int LAST = 19_999;

  private FreePort() {}

  /**
   * A port that was free a moment ago, and none that systems give to outgoing connections: these
   * would have it before a slow server listens.
   */
  public static int choose() throws IOException {
    IOException last = null;
    for (int i = 0; i < 100; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (IOException taken) {
        last = taken;
      }
    }
    throw last;
  }
}
