/** The contract of the faces topic: a face, its position, landmarks and quality. */
@NullMarked
package org.facestream.detector.face;

import org.jspecify.annotations.NullMarked;
