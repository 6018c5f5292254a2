package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * The state of a camera.
 *
 * <pre>
 *           ┌────────────── backoff ◀──────────────┐
 *           ▼                  ▲  ▲                │
 *  off ▶ connecting ───────────┘  │                │
 *           │                     │                │
 *           └──▶ live ────────────┘                │
 *                 │  ▲                             │
 *                 ▼  │                             │
 *                stalled ──────────────────────────┘
 *
 *  every state ──▶ off
 * </pre>
 *
 * A camera is live from its first picture, not from the connection.
 */
public enum CameraState {
  /** Being opened, up to the first picture. */
  @JsonProperty("connecting")
  CONNECTING,
  /** Pictures arrive. */
  @JsonProperty("live")
  LIVE,
  /** Connected, but no picture for a while. */
  @JsonProperty("stalled")
  STALLED,
  /** Waiting before the next attempt. */
  @JsonProperty("backoff")
  BACKOFF,
  /** Does not run. */
  @JsonProperty("off")
  OFF;

  /** Whether the drawing above has an arrow from this state to that one. */
  public boolean mayBecome(CameraState next) {
    return switch (this) {
      case CONNECTING -> next == LIVE || next == BACKOFF || next == OFF;
      case LIVE -> next == STALLED || next == BACKOFF || next == OFF;
      case STALLED -> next == LIVE || next == BACKOFF || next == OFF;
      case BACKOFF -> next == CONNECTING || next == OFF;
      case OFF -> next == CONNECTING;
    };
  }

  /** As a label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
