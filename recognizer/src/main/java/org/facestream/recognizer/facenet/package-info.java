/** Aligns a face and computes its descriptor with one of the models that facestream carries. */
package org.facestream.recognizer.facenet;
