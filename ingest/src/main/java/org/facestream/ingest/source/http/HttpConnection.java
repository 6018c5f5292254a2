package org.facestream.ingest.source.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.facestream.ingest.source.address.Fault;
import org.facestream.ingest.source.address.SourceException;
import org.facestream.ingest.source.address.SourceUrl;
import org.facestream.ingest.source.packet.CallDeadline;

/**
 * One GET over HTTP or HTTPS, and its answer's body. This is our own client, because FFmpeg's
 * cannot be prevented from following redirections to unchecked hosts and from using a proxy. As
 * with rtsps, certificates are not verified: cameras sign their own.
 */
final class HttpConnection implements AutoCloseable {
  private static final int MOST_ATTEMPTS = 2;

  private final Socket socket;
  private final int status;
  private final Map<String, List<String>> headers;
  private final InputStream body;

  private HttpConnection(Socket socket, CallDeadline deadline, String request) throws IOException {
    this.socket = socket;
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    InputStream in = new BufferedInputStream(new PatientInput(socket, deadline), 1 << 16);
    String[] answer = HttpLines.read(in).split(" ", 3);
    if (!answer[0].startsWith("HTTP/1.") || answer.length < 2 || !answer[1].matches("\\d{3}")) {
      throw new ProtocolException("it does not speak HTTP");
    }
    status = Integer.parseInt(answer[1]);
    headers = HttpLines.headers(in);
    body =
        HttpLines.value(headers, "transfer-encoding").equalsIgnoreCase("chunked")
            ? new BufferedInputStream(new ChunkedInput(in), 1 << 16)
            : in;
  }

  /**
   * Sends the request, and repeats it with credentials if the server requires them.
   *
   * @throws SourceException when the server refuses it
   */
  static HttpConnection get(SourceUrl url, CallDeadline deadline) throws SourceException {
    String rest = url.target().substring(url.target().indexOf("//") + 2);
    int path = first(rest, "/?#");
    String authority = rest.substring(0, path);
    String place = authority.substring(authority.lastIndexOf('@') + 1);
    Optional<HttpAccess> access = access(authority);
    String target = target(rest.substring(path));
    URI host = URI.create("http://" + place);
    boolean secure = url.kind() == SourceUrl.Kind.HTTPS;
    int port = host.getPort() >= 0 ? host.getPort() : secure ? 443 : 80;
    String authorization = "";
    try {
      for (int attempt = 1; ; attempt++) {
        Socket socket = connect(host.getHost(), port, deadline);
        try {
          socket = secure ? secured(socket, host.getHost(), port, deadline) : socket;
          HttpConnection answered =
              new HttpConnection(socket, deadline, request(target, place, authorization));
          Optional<String> answer =
              answered.status == 401 && attempt < MOST_ATTEMPTS
                  ? access.flatMap(
                      known ->
                          known.authorization(
                              answered.headers.getOrDefault("www-authenticate", List.of()), target))
                  : Optional.empty();
          if (answer.isEmpty()) {
            answered.check();
            return answered;
          }
          authorization = "Authorization: " + answer.get() + "\r\n";
        } catch (IOException | SourceException | RuntimeException | Error failed) {
          closeQuietly(socket);
          throw failed;
        }
        closeQuietly(socket);
      }
    } catch (IOException failed) {
      throw fault(failed, deadline, Fault.CONNECT_TIMEOUT);
    }
  }

  private static int first(String text, String any) {
    int at = 0;
    while (at < text.length() && any.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static Optional<HttpAccess> access(String authority) {
    int at = authority.lastIndexOf('@');
    if (at < 0) {
      return Optional.empty();
    }
    String[] parts = authority.substring(0, at).split(":", 2);
    return Optional.of(
        new HttpAccess(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1])));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return text;
    }
  }

  /** Only characters that are allowed in a request line. */
  private static String target(String path) {
    String part = path.substring(0, first(path, "#"));
    StringBuilder target = new StringBuilder(part.startsWith("/") ? "" : "/");
    for (byte each : part.getBytes(UTF_8)) {
      boolean plain = each > ' ' && each < 0x7f && each != '"';
      target.append(
          plain ? String.valueOf((char) each) : String.format(Locale.ROOT, "%%%02X", each & 0xff));
    }
    return target.toString();
  }

  private static String request(String target, String place, String authorization) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: "
        + place
        + "\r\nUser-Agent: facestream\r\nAccept: multipart/x-mixed-replace, */*\r\n"
        + authorization
        + "Connection: close\r\n\r\n";
  }

  private static Socket connect(String host, int port, CallDeadline deadline) throws IOException {
    String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    IOException last = new UnknownHostException();
    for (InetAddress address : InetAddress.getAllByName(plain)) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel.configureBlocking(false);
        boolean connected = channel.connect(new InetSocketAddress(address, port));
        while (!connected) {
          PatientInput.check(deadline);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
          connected = channel.finishConnect();
        }
        channel.configureBlocking(true);
        return channel.socket();
      } catch (PatientInput.LateException late) {
        channel.close();
        throw late;
      } catch (IOException failed) {
        channel.close();
        last = failed;
      }
    }
    throw last;
  }

  private static Socket secured(Socket plain, String host, int port, CallDeadline deadline)
      throws IOException {
    try {
      SSLSocket socket =
          (SSLSocket)
              UncheckedCertificates.context()
                  .getSocketFactory()
                  .createSocket(new PatientSocket(plain, deadline), host, port, true);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException impossible) {
      throw new IOException("this Java has no TLS", impossible);
    }
  }

  private void check() throws SourceException {
    if (status == 200) {
      return;
    }
    if (status >= 300 && status < 400) {
      throw new SourceException(Fault.BAD_ANSWER, "it redirects elsewhere, which is not followed");
    }
    throw switch (status) {
      case 401 -> new SourceException(Fault.UNAUTHORIZED);
      case 403 -> new SourceException(Fault.UNAUTHORIZED, "or the user has no access: 403");
      case 404, 410 -> new SourceException(Fault.NOT_FOUND);
      default -> new SourceException(Fault.BAD_ANSWER, "the server answers " + status);
    };
  }

  /**
   * What a failure means.
   *
   * @param late the fault when the deadline passed
   */
  static SourceException fault(IOException failed, CallDeadline deadline, Fault late) {
    if (deadline.stopped()) {
      return new SourceException(Fault.STOPPED);
    }
    // TLS wraps exceptions of its input.
    if (failed instanceof SocketTimeoutException || late(failed)) {
      return new SourceException(late);
    }
    if (failed instanceof UnknownHostException) {
      return new SourceException(Fault.UNKNOWN_HOST);
    }
    if (failed instanceof ConnectException) {
      return new SourceException(Fault.CONNECTION_REFUSED);
    }
    if (failed instanceof ProtocolException) {
      return new SourceException(
          Fault.BAD_ANSWER, Objects.requireNonNullElse(failed.getMessage(), ""));
    }
    if (failed instanceof SSLException) {
      return new SourceException(Fault.BAD_ANSWER, "no common version of TLS");
    }
    if (failed instanceof SocketException && late == Fault.CONNECT_TIMEOUT) {
      return new SourceException(Fault.UNREACHABLE);
    }
    return new SourceException(
        Fault.INPUT_OUTPUT, Objects.requireNonNullElse(failed.getMessage(), ""));
  }

  private static boolean late(IOException failed) {
    return failed instanceof PatientInput.LateException
        || (failed instanceof SSLException
            && failed.getCause() instanceof PatientInput.LateException);
  }

  /** The value of a header, or empty. */
  String header(String name) {
    return HttpLines.value(headers, name);
  }

  InputStream body() {
    return body;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // There is nothing left to close.
    }
  }

  @Override
  public void close() {
    closeQuietly(socket);
  }
}
