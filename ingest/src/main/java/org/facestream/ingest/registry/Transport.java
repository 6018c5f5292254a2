package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What carries the video of an RTSP camera. */
public enum Transport {
  /** Within the RTSP connection: nothing is lost, and it passes every firewall. */
  @JsonProperty("tcp")
  TCP,
  /** Datagrams: what is lost is lost; for cameras that cannot do otherwise. */
  @JsonProperty("udp")
  UDP
}
