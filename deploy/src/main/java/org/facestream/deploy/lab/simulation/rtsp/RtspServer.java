package org.facestream.deploy.lab.simulation.rtsp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.rtsp.RtspDecoder;
import io.netty.handler.codec.rtsp.RtspEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * Cameras for everyone who speaks RTSP: {@code rtsp://127.0.0.1:port/path}, one path per stream,
 * any number of clients, RTP over the RTSP connection only (UDP is refused with 461).
 *
 * <pre>
 *   new ──start──▶ listening ◀──start── away ──close──▶ closed
 *                      └──────stop───────▲
 * </pre>
 *
 * <p>While away, the streams' clocks go on: after another {@link #start()}, on the same port, a
 * camera shows what it would have shown.
 */
public final class RtspServer implements AutoCloseable {
  /** Bytes that wait for a client before frames are left out. */
  static final int MOST_UNSENT = 1024 * 1024;

  private static final int MOST_CONTENT = 64 * 1024;

  private final Access access;
  private final EventLoopGroup loops;
  private final Map<String, LiveStream> streams = new ConcurrentHashMap<>();
  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private volatile int port;
  private volatile boolean accepting;
  private @Nullable Channel listening;
  private boolean closed;

  /**
   * @param port to listen at on the loopback address; 0 takes a free one
   * @param access who may use it
   */
  public RtspServer(int port, Access access) {
    this.port = port;
    this.access = access;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory("rtsp-server", true), NioIoHandler.newFactory());
  }

  /** A server for everyone, on a free port. */
  public RtspServer() {
    this(0, Access.OPEN);
  }

  /**
   * Adds a camera whose clock begins now.
   *
   * @param path such as {@code gate}: letters, digits, {@code - _ . /}
   */
  public LiveStream add(String path, VideoLoop loop) {
    return add(path, loop, Duration.ZERO);
  }

  /**
   * Adds a camera whose clock began some time ago: so cameras with the same loop show different
   * parts of it, and not all at the same moment.
   */
  public LiveStream add(String path, VideoLoop loop, Duration ago) {
    if (!path.matches("[\\w.-]+(/[\\w.-]+)*")) {
      throw new IllegalArgumentException("not a path of a stream: " + path);
    }
    LiveStream stream = new LiveStream(path, loop, loops.next(), ago);
    LiveStream former = streams.put(path, stream);
    if (former != null) {
      former.end();
    }
    return stream;
  }

  /** Takes a camera away: its clients are disconnected, and others receive 404. */
  public void remove(String path) {
    LiveStream stream = streams.remove(path);
    if (stream != null) {
      stream.end();
    }
  }

  /** The stream at a path, or null. */
  public @Nullable LiveStream find(String path) {
    return streams.get(path);
  }

  /**
   * Begins to listen, again on the same port after {@link #stop()}.
   *
   * @throws UserError when the port is taken
   */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("the RTSP server is closed");
    }
    if (listening != null) {
      return;
    }
    accepting = true;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(MOST_UNSENT / 2, MOST_UNSENT))
            .childHandler(new Connecting());
    ChannelFuture bound =
        bootstrap
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "cannot listen for RTSP on 127.0.0.1:%d (%s): choose a free port",
              port,
              bound.cause().getMessage()),
          bound.cause());
    }
    listening = bound.channel();
    port = ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Goes away: no longer listens, and cuts every connection. */
  public synchronized void stop() {
    accepting = false;
    if (listening != null) {
      listening.close().awaitUninterruptibly();
      listening = null;
    }
    disconnectAll();
  }

  /** Cuts every connection, playing or not; clients may connect again. */
  public void disconnectAll() {
    connections.forEach(connection -> connection.close().awaitUninterruptibly());
  }

  /** The port it listens at; 0 before the first start when none was asked for. */
  public int port() {
    return port;
  }

  /** A stream's address, without user and password. */
  public String url(String path) {
    return "rtsp://127.0.0.1:" + port + "/" + path;
  }

  /** Ends every stream, connection and thread; closing again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    streams.keySet().forEach(this::remove);
    stop();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }

  /** Sets up a connection that a client opened. */
  private final class Connecting extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      connections.add(channel);
      channel.closeFuture().addListener(gone -> connections.remove(channel));
      if (!accepting) {
        // Accepted while the server went away.
        channel.close();
        return;
      }
      channel
          .pipeline()
          .addLast(new RequestSplitter())
          .addLast(new RtspDecoder())
          .addLast(new RtspEncoder())
          .addLast(new HttpObjectAggregator(MOST_CONTENT))
          .addLast(new RtspConnection(RtspServer.this, access));
    }
  }
}
