/** Crops and descriptors of sightings, from the topics of faces and matches. */
@NullMarked
package org.facestream.sink.evidence;

import org.jspecify.annotations.NullMarked;
