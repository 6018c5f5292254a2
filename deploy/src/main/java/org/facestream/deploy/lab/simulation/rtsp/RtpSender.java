package org.facestream.deploy.lab.simulation.rtsp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * What one client receives of one stream: RTP (RFC 3550) interleaved into its RTSP connection, with
 * a sender report before the first frame and every few seconds. It is used by the stream's thread.
 *
 * <p>A client that does not read is not waited for: when its connection holds {@link
 * RtspServer#MOST_UNSENT} bytes, frames are left out until the next key frame.
 */
final class RtpSender {
  private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
  private static final int RTP_HEADER = 12;
  private static final int SENDER_REPORT = 28;
  private static final byte[] CANONICAL_NAME = "facestream".getBytes(StandardCharsets.US_ASCII);
  private static final int REPORT_EVERY_SECONDS = 5;

  private final Channel channel;
  private final int interleaved;
  private final int source;
  private int sequence;
  private boolean waitingForKey = true;
  private int packets;
  private int octets;
  private Instant lastReport = Instant.MIN;

  /**
   * @param interleaved channel number of RTP; that of RTCP is one more
   * @param source the SSRC
   * @param sequence the first packet's sequence number
   */
  RtpSender(Channel channel, int interleaved, int source, int sequence) {
    this.channel = channel;
    this.interleaved = interleaved;
    this.source = source;
    this.sequence = sequence;
  }

  Channel channel() {
    return channel;
  }

  /**
   * Sends a frame.
   *
   * @return false when the client is too slow and the frame was left out
   */
  boolean send(
      List<byte[]> payloads, int payloadType, boolean key, int timestamp, Instant captured) {
    if (!channel.isWritable()) {
      waitingForKey = true;
      return false;
    }
    if (waitingForKey && !key) {
      return packets == 0;
    }
    waitingForKey = false;
    ByteBuf out = channel.alloc().buffer();
    if (lastReport.isBefore(captured.minusSeconds(REPORT_EVERY_SECONDS))) {
      lastReport = captured;
      report(out, timestamp, captured);
    }
    for (int i = 0; i < payloads.size(); i++) {
      byte[] payload = payloads.get(i);
      boolean last = i == payloads.size() - 1;
      out.writeByte('$').writeByte(interleaved).writeShort(RTP_HEADER + payload.length);
      out.writeByte(0x80).writeByte((last ? 0x80 : 0) | payloadType).writeShort(sequence);
      out.writeInt(timestamp).writeInt(source).writeBytes(payload);
      sequence = sequence + 1 & 0xFFFF;
      packets++;
      octets += payload.length;
    }
    channel.writeAndFlush(out);
    return true;
  }

  /** A sender report and the canonical name that must go with it. */
  private void report(ByteBuf out, int timestamp, Instant captured) {
    // One item: type, length, text, and at least one zero up to a multiple of four.
    int item = (2 + CANONICAL_NAME.length) / 4 * 4 + 4;
    out.writeByte('$').writeByte(interleaved + 1).writeShort(SENDER_REPORT + 8 + item);
    out.writeByte(0x80).writeByte(200).writeShort(SENDER_REPORT / 4 - 1).writeInt(source);
    out.writeInt((int) (captured.getEpochSecond() + SECONDS_1900_TO_1970));
    out.writeInt((int) (((long) captured.getNano() << 32) / 1_000_000_000L));
    out.writeInt(timestamp).writeInt(packets).writeInt(octets);
    out.writeByte(0x81).writeByte(202).writeShort((8 + item) / 4 - 1).writeInt(source);
    out.writeByte(1).writeByte(CANONICAL_NAME.length).writeBytes(CANONICAL_NAME);
    out.writeZero(item - 2 - CANONICAL_NAME.length);
  }
}
