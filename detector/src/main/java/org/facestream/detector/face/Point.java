package org.facestream.detector.face;

/**
 * A place in a picture, in pixels; (0, 0) is the centre of the top left pixel.
 *
 * @param x to the right
 * @param y downwards
 */
public record Point(float x, float y) {}
