/** Aligns a face and computes its descriptor with one of the models that facestream carries. */
@NullMarked
package org.facestream.recognizer.facenet;

import org.jspecify.annotations.NullMarked;
