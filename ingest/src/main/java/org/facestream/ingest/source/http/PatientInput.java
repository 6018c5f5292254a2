package org.facestream.ingest.source.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.facestream.ingest.source.packet.CallDeadline;

/** Reads from a socket until a deadline. */
final class PatientInput extends InputStream {
  /** How often the deadline is checked. */
  private static final int SLICE_MILLIS = 100;

  private final InputStream in;
  private final CallDeadline deadline;

  /** The deadline passed, or the source was stopped. */
  static final class LateException extends IOException {
    private static final long serialVersionUID = 1L;

    LateException() {
      super("nothing was received in time");
    }
  }

  PatientInput(Socket socket, CallDeadline deadline) throws IOException {
    socket.setSoTimeout(SLICE_MILLIS);
    this.in = socket.getInputStream();
    this.deadline = deadline;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (true) {
      check(deadline);
      try {
        return in.read(bytes, offset, length);
      } catch (SocketTimeoutException nothingYet) {
        // The deadline decides whether to wait longer.
      }
    }
  }

  /** Throws when the deadline passed, or the source was stopped. */
  static void check(CallDeadline deadline) throws LateException {
    if (deadline.stopped() || deadline.expired()) {
      throw new LateException();
    }
  }
}
