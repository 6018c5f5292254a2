package org.facestream.ingest.source.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import org.facestream.ingest.source.packet.CallDeadline;

/**
 * A connected socket for use below TLS, whose reads end at a deadline. A timeout of the TLS socket
 * itself is not enough: it restarts with every byte, so a handshake or record of single bytes could
 * last for hours.
 */
final class PatientSocket extends Socket {
  private final Socket plain;
  private final InputStream in;

  PatientSocket(Socket plain, CallDeadline deadline) throws IOException {
    this.plain = plain;
    this.in = new PatientInput(plain, deadline);
  }

  @Override
  public InputStream getInputStream() {
    return in;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return plain.getOutputStream();
  }

  /** Has no effect: the deadline applies. */
  @Override
  public synchronized void setSoTimeout(int millis) {
    // The underlying input has its own deadline.
  }

  @Override
  public synchronized int getSoTimeout() {
    return 0;
  }

  @Override
  public int getSoLinger() throws SocketException {
    return plain.getSoLinger();
  }

  @Override
  public InetAddress getInetAddress() {
    return plain.getInetAddress();
  }

  @Override
  public int getPort() {
    return plain.getPort();
  }

  @Override
  public boolean isConnected() {
    return plain.isConnected();
  }

  @Override
  public boolean isBound() {
    return plain.isBound();
  }

  @Override
  public boolean isClosed() {
    return plain.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return plain.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return plain.isOutputShutdown();
  }

  @Override
  public void shutdownInput() throws IOException {
    plain.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    plain.shutdownOutput();
  }

  @Override
  public synchronized void close() throws IOException {
    plain.close();
  }
}
