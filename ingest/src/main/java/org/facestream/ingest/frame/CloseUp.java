package org.facestream.ingest.frame;

/**
 * A face again, cut out of its camera's stream of larger pictures.
 *
 * @param of what was asked for
 * @param shown the part of the frame that the picture shows: the picture's left edge is at its left
 *     edge, and so on
 * @param width of the picture, in pixels
 * @param height of the picture, in pixels
 * @param jpeg the picture, a whole JPEG file
 */
public record CloseUp(CloseUpRequest of, Area shown, int width, int height, byte[] jpeg) {}
