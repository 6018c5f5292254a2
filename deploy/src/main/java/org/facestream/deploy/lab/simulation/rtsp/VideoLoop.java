package org.facestream.deploy.lab.simulation.rtsp;

import java.util.List;

/** Encoded video that begins with a key frame, to be shown again and again at a steady rate. */
public sealed interface VideoLoop permits H264Loop, MjpegLoop {
  /** What fits into one RTP packet: an Ethernet frame less its headers. */
  int MOST_PAYLOAD = 1400;

  /** Frames per second, at least 1. */
  int fps();

  /** Frames until it begins again, at least 1. */
  int frames();

  /** Whether a decoder can begin with this frame. */
  boolean key(int frame);

  /** The RTP payloads of a frame, in order, each at most {@link #MOST_PAYLOAD} bytes. */
  List<byte[]> payloads(int frame);

  /** RTP payload type. */
  int payloadType();

  /** The lines that describe the format in SDP, each ended by CR LF. */
  String format();
}
