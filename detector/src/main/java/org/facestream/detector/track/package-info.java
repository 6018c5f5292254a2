/**
 * From detections to published faces: a tracker per camera, quality per face, the best-shot rule,
 * the crop. {@code DESIGN.md} beside this file explains the decisions.
 */
@NullMarked
package org.facestream.detector.track;

import org.jspecify.annotations.NullMarked;
