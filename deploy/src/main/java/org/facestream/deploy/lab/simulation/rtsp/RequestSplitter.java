package org.facestream.deploy.lab.simulation.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.TooLongFrameException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts what a client sends into whole requests, and drops the RTCP reports that it interleaves with
 * them (RFC 2326, section 10.12), which the RTSP codec does not know.
 */
final class RequestSplitter extends ByteToMessageDecoder {
  private static final int MOST_REQUEST = 16 * 1024;
  private static final int INTERLEAVED_HEADER = 4;
  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length:\\s*(\\d{1,5})\\s*\r\n", Pattern.CASE_INSENSITIVE);

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int begin = in.readerIndex();
    int readable = in.readableBytes();
    if (in.getByte(begin) == '$') {
      if (readable >= INTERLEAVED_HEADER) {
        int whole = INTERLEAVED_HEADER + in.getUnsignedShort(begin + 2);
        if (readable >= whole) {
          in.skipBytes(whole);
        }
      }
      return;
    }
    String text = in.toString(begin, Math.min(readable, MOST_REQUEST), StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    int whole = MOST_REQUEST + 1;
    if (end >= 0) {
      Matcher length = LENGTH.matcher(text.substring(0, end + 2));
      whole = end + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0);
      if (whole <= MOST_REQUEST) {
        if (readable >= whole) {
          out.add(in.readRetainedSlice(whole));
        }
        return;
      }
    }
    if (readable >= MOST_REQUEST || end >= 0) {
      in.skipBytes(readable);
      throw new TooLongFrameException("a request of more than " + MOST_REQUEST + " bytes");
    }
  }
}
