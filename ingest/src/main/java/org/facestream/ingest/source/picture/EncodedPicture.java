package org.facestream.ingest.source.picture;

/**
 * A picture as JPEG.
 *
 * @param width in pixels
 * @param height in pixels
 * @param jpeg a whole JPEG file
 */
public record EncodedPicture(int width, int height, byte[] jpeg) {}
