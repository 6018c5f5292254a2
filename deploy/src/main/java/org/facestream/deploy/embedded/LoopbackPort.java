package org.facestream.deploy.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.facestream.ingest.worker.config.UserError;

/** Ports on 127.0.0.1. */
public final class LoopbackPort {
  private static final int FIRST = 20_000;
  private static final int LAST = 31_999;
  private static final int ATTEMPTS = 1_000;

  private LoopbackPort() {}

  /**
   * A port that was free a moment ago. Not one of those that systems give to outgoing connections:
   * one of these, or another process that asks, might have it before a slow server listens.
   */
  public static int free() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new UserError(
        String.format(Locale.ROOT, "No free port from %d to %d on 127.0.0.1.", FIRST, LAST));
  }

  /** Whether a server could listen there now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As servers do: connections of an ended one that linger do not keep the port from us.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress("127.0.0.1", port), 1);
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  /**
   * The port itself when it is free; a free one when 0 is asked for.
   *
   * @param option the option that chooses it, for the message
   * @throws UserError when it is in use
   */
  public static int take(int port, String option) {
    if (port == 0) {
      return free();
    }
    if (port < 0 || port > 65_535) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "%s %d is not a port: give 1 to 65535, or 0 for a free one.",
              option,
              port));
    }
    if (!isFree(port)) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "Port %d on 127.0.0.1 is in use: stop the program that uses it, or choose "
                  + "another with %s PORT (0 chooses a free one).",
              port,
              option));
    }
    return port;
  }
}
