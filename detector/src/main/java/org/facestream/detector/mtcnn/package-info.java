/** Finds faces in pictures with MTCNN's three networks. */
@NullMarked
package org.facestream.detector.mtcnn;

import org.jspecify.annotations.NullMarked;
