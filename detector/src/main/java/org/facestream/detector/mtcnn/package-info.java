/** Finds faces in pictures with MTCNN's three networks. */
package org.facestream.detector.mtcnn;
