/** Faces once more, cut out of the stream of larger pictures that a camera also has. */
package org.facestream.ingest.closeup;
