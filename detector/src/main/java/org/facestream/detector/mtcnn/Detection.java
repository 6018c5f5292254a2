package org.facestream.detector.mtcnn;

import org.facestream.detector.face.Box;
import org.facestream.detector.face.Landmarks;

/**
 * A face found in a picture.
 *
 * @param box in pixels of the picture; may reach beyond its border
 * @param landmarks in pixels of the picture
 * @param score O-Net's probability of a face, 0 to 1
 */
public record Detection(Box box, Landmarks landmarks, float score) {}
