package org.facestream.ingest.motion;

/**
 * A small picture in shades of grey.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixels row by row, each 0 to 255 as an unsigned byte
 */
public record Luma(int width, int height, byte[] pixels) {}
