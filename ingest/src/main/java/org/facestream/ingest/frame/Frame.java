package org.facestream.ingest.frame;

import java.time.Instant;

/**
 * One sampled picture of one camera.
 *
 * @param camera the camera's id
 * @param epoch when the source was opened, or a replay's recording began, milliseconds since 1970;
 *     together with {@code sequence} it identifies a frame, and it distinguishes two workers that
 *     run the same camera
 * @param sequence 0, 1, 2... of the frames published in this epoch
 * @param captureTime estimated time at which the picture was taken
 * @param width in pixels
 * @param height in pixels
 * @param traceparent W3C trace context, or empty
 * @param jpeg the picture, a whole JPEG file
 */
public record Frame(
    String camera,
    long epoch,
    long sequence,
    Instant captureTime,
    int width,
    int height,
    String traceparent,
    byte[] jpeg) {}
