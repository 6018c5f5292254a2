package org.facestream.ingest.frame;

/**
 * A larger crop of a face, from its camera's larger stream.
 *
 * @param of the request
 * @param shown the part of the frame that the picture shows
 * @param width of the picture, in pixels
 * @param height of the picture, in pixels
 * @param jpeg the picture, a whole JPEG file
 */
public record CloseUp(CloseUpRequest of, Area shown, int width, int height, byte[] jpeg) {}
