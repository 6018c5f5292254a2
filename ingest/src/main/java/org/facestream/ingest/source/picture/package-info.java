/** From packets to pixels and on to JPEG: decoders, shapes and turns, masks, scaling. */
@NullMarked
package org.facestream.ingest.source.picture;

import org.jspecify.annotations.NullMarked;
