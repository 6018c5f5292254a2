/** From packets to pixels and on to JPEG: decoders, shapes and turns, masks, scaling. */
package org.facestream.ingest.source.picture;
