/**
 * From detections to faces worth sending: a tracker per camera, quality per face, the best-shot
 * rule, the crop. {@code DESIGN.md} beside this file tells why, with figures.
 */
package org.facestream.detector.track;
