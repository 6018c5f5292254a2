package org.facestream.ingest.camera;

/**
 * A small picture in shades of grey.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixels row by row, each 0 to 255 as an unsigned byte
 */
record Luma(int width, int height, byte[] pixels) {}
