package org.facestream.recognizer.facenet;

import org.facestream.detector.face.Landmarks;
import org.facestream.ingest.frame.Picture;

/**
 * A face to be described.
 *
 * @param picture that shows it; stays its owner's
 * @param landmarks in the picture's coordinates
 */
public record LocatedFace(Picture picture, Landmarks landmarks) {}
