package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The transport of the video of an RTSP camera. */
public enum Transport {
  /** Within the RTSP connection: nothing is lost, and it passes every firewall. */
  @JsonProperty("tcp")
  TCP,
  /** Datagrams, which may be lost; for cameras that support nothing else. */
  @JsonProperty("udp")
  UDP
}
