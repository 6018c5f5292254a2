package org.facestream.deploy.lab.simulation.rtsp;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.rtsp.RtspHeaderNames;
import io.netty.handler.codec.rtsp.RtspMethods;
import io.netty.handler.codec.rtsp.RtspResponseStatuses;
import io.netty.handler.codec.rtsp.RtspVersions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one client's requests; at most one stream is played in a connection. */
final class RtspConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(RtspConnection.class);
  private static final String TRACK = "/track0";
  private static final Pattern INTERLEAVED =
      Pattern.compile("RTP/AVP/TCP(?:;[^,;]+)*?(?:;interleaved=(\\d{1,3})-\\d{1,3})?(?:;[^,;]+)*");

  private final RtspServer server;
  private final Access access;
  private final String nonce = randomHex();
  private final String session = randomHex();
  private @Nullable LiveStream stream;
  private @Nullable RtpSender sender;
  private int sequence;
  private boolean playing;

  RtspConnection(RtspServer server, Access access) {
    this.server = server;
    this.access = access;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      answer(context, request, response(RtspResponseStatuses.BAD_REQUEST));
      context.close();
      return;
    }
    String method = request.method().name();
    if (request.method().equals(RtspMethods.OPTIONS)) {
      FullHttpResponse options = response(RtspResponseStatuses.OK);
      options
          .headers()
          .set(
              RtspHeaderNames.PUBLIC,
              "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN");
      answer(context, request, options);
    } else if (!access.allows(
        request.headers().get(RtspHeaderNames.AUTHORIZATION), nonce, method)) {
      FullHttpResponse refused = response(RtspResponseStatuses.UNAUTHORIZED);
      refused.headers().set(RtspHeaderNames.WWW_AUTHENTICATE, access.challenge(nonce));
      answer(context, request, refused);
    } else if (request.method().equals(RtspMethods.DESCRIBE)) {
      answer(context, request, describe(context, request));
    } else if (request.method().equals(RtspMethods.SETUP)) {
      answer(context, request, setup(context, request));
    } else if (request.method().equals(RtspMethods.PLAY)) {
      play(context, request);
    } else if (request.method().equals(RtspMethods.GET_PARAMETER)
        || request.method().equals(RtspMethods.SET_PARAMETER)) {
      answer(context, request, response(RtspResponseStatuses.OK));
    } else if (request.method().equals(RtspMethods.TEARDOWN)) {
      leave();
      answer(context, request, response(RtspResponseStatuses.OK));
    } else {
      answer(context, request, response(RtspResponseStatuses.METHOD_NOT_ALLOWED));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    leave();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("a client's connection failed", cause);
    context.close();
  }

  private FullHttpResponse describe(ChannelHandlerContext context, FullHttpRequest request) {
    LiveStream wanted = server.find(path(request.uri()));
    if (wanted == null) {
      return response(RtspResponseStatuses.NOT_FOUND);
    }
    String host = ((InetSocketAddress) context.channel().localAddress()).getHostString();
    String description =
        "v=0\r\n"
            + "o=- "
            + wanted.began().getEpochSecond()
            + " 1 IN IP4 "
            + host
            + "\r\n"
            + "s="
            + wanted.path()
            + "\r\n"
            + "t=0 0\r\n"
            + "a=control:*\r\n"
            + "a=range:npt=now-\r\n"
            + "m=video 0 RTP/AVP "
            + wanted.loop().payloadType()
            + "\r\n"
            + "c=IN IP4 0.0.0.0\r\n"
            + wanted.loop().format()
            + "a=framerate:"
            + wanted.loop().fps()
            + "\r\n"
            + "a=control:"
            + TRACK.substring(1)
            + "\r\n";
    FullHttpResponse described =
        new DefaultFullHttpResponse(
            RtspVersions.RTSP_1_0,
            RtspResponseStatuses.OK,
            Unpooled.copiedBuffer(description, StandardCharsets.UTF_8));
    described.headers().set(RtspHeaderNames.CONTENT_TYPE, "application/sdp");
    described.headers().set(RtspHeaderNames.CONTENT_BASE, server.url(wanted.path()) + "/");
    return described;
  }

  private FullHttpResponse setup(ChannelHandlerContext context, FullHttpRequest request) {
    LiveStream wanted = server.find(path(request.uri()));
    if (wanted == null) {
      return response(RtspResponseStatuses.NOT_FOUND);
    }
    String transport = request.headers().get(RtspHeaderNames.TRANSPORT, "");
    Matcher tcp = INTERLEAVED.matcher(transport);
    if (!tcp.find()) {
      return response(RtspResponseStatuses.UNSUPPORTED_TRANSPORT);
    }
    int channel = tcp.group(1) == null ? 0 : Integer.parseInt(tcp.group(1));
    if (channel > 254) {
      return response(RtspResponseStatuses.UNSUPPORTED_TRANSPORT);
    }
    leave();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int source = random.nextInt();
    sequence = random.nextInt(1 << 16);
    stream = wanted;
    sender = new RtpSender(context.channel(), channel, source, sequence);
    FullHttpResponse ready = response(RtspResponseStatuses.OK);
    ready
        .headers()
        .set(
            RtspHeaderNames.TRANSPORT,
            String.format(
                Locale.ROOT,
                "RTP/AVP/TCP;unicast;interleaved=%d-%d;ssrc=%08X",
                channel,
                channel + 1,
                source));
    ready.headers().set(RtspHeaderNames.SESSION, session + ";timeout=60");
    return ready;
  }

  private void play(ChannelHandlerContext context, FullHttpRequest request) {
    LiveStream played = stream;
    RtpSender receiver = sender;
    if (played == null || receiver == null) {
      answer(context, request, response(RtspResponseStatuses.METHOD_NOT_VALID));
      return;
    }
    FullHttpResponse started = response(RtspResponseStatuses.OK);
    started.headers().set(RtspHeaderNames.SESSION, session);
    started.headers().set(RtspHeaderNames.RANGE, "npt=now-");
    if (!playing) {
      long timestamp = Integer.toUnsignedLong(played.nextKeyTimestamp());
      String url = server.url(played.path()) + TRACK;
      started
          .headers()
          .set(
              RtspHeaderNames.RTP_INFO,
              String.format(Locale.ROOT, "url=%s;seq=%d;rtptime=%d", url, sequence, timestamp));
    }
    answer(context, request, started);
    playing = true;
    played.add(receiver);
  }

  private void leave() {
    if (stream != null && sender != null) {
      stream.remove(sender);
    }
    stream = null;
    sender = null;
    playing = false;
  }

  private static void answer(
      ChannelHandlerContext context, FullHttpRequest request, FullHttpResponse response) {
    String number = request.headers().get(RtspHeaderNames.CSEQ);
    if (number != null) {
      response.headers().set(RtspHeaderNames.CSEQ, number);
    }
    response.headers().set(RtspHeaderNames.SERVER, "facestream");
    response.headers().setInt(RtspHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    context.writeAndFlush(response);
  }

  private static FullHttpResponse response(HttpResponseStatus status) {
    return new DefaultFullHttpResponse(RtspVersions.RTSP_1_0, status);
  }

  /** The stream's path in {@code rtsp://host:port/path/track0}. */
  private static String path(String uri) {
    try {
      String path = URI.create(uri).getPath();
      if (path == null) {
        return "";
      }
      path = path.endsWith(TRACK) ? path.substring(0, path.length() - TRACK.length()) : path;
      return path.replaceAll("^/+|/+$", "");
    } catch (IllegalArgumentException notAnAddress) {
      return "";
    }
  }

  private static String randomHex() {
    byte[] bytes = new byte[8];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
