/** Faces once more, cut out of the stream of larger pictures that a camera also has. */
@NullMarked
package org.facestream.ingest.closeup;

import org.jspecify.annotations.NullMarked;
