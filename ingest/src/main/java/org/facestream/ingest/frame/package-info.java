/** The contract of the frames topic, and how a picture is decoded. */
@NullMarked
package org.facestream.ingest.frame;

import org.jspecify.annotations.NullMarked;
