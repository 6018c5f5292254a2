/** The contract of the faces topic: a face, its position, landmarks and quality. */
package org.facestream.detector.face;
