package org.facestream.detector.face;

/**
 * How suitable a face is for recognition. The parts and the total are 0 to 1, 1 is best; the angles
 * behind {@code pose} are included. {@code org.facestream.detector.face.QualityMeter} has the
 * formulas.
 *
 * @param overall the whole: the parts and the detector's score together
 * @param sharpness not blurred
 * @param size enough pixels
 * @param pose turned to the camera
 * @param exposure neither dark nor burnt, with contrast
 * @param yaw degrees, estimated from the landmarks; 0 looks at the camera, positive to the
 *     picture's right
 * @param pitch degrees, estimated from the landmarks; 0 looks at the camera, positive downwards
 * @param roll degrees, -180 to 180; 0 upright, positive clockwise as seen in the picture
 */
public record Quality(
    float overall,
    float sharpness,
    float size,
    float pose,
    float exposure,
    float yaw,
    float pitch,
    float roll) {}
