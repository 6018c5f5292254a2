package org.facestream.sink.api.picture;

import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;

/**
 * A face that was found in a picture.
 *
 * @param box in pixels of the picture
 * @param landmarks in pixels of the picture
 * @param score the detector's probability, 0 to 1
 * @param quality how well it serves recognition, 0 to 1, as the detector measures it
 */
public record SeenFace(Box box, Landmarks landmarks, float score, float quality) {}
