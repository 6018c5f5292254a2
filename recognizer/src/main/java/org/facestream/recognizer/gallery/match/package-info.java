/**
 * Finds who a face resembles: a replica of the gallery topic in memory, immutable snapshots of it,
 * and the matrix products that compare descriptors.
 */
@NullMarked
package org.facestream.recognizer.gallery.match;

import org.jspecify.annotations.NullMarked;
