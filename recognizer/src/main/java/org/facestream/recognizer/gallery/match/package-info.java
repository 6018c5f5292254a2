/**
 * Finds who a face resembles: a replica of the gallery topic in memory, immutable snapshots of it,
 * and the matrix products that compare descriptors.
 */
package org.facestream.recognizer.gallery.match;
