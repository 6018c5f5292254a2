/**
 * The packets of one video: from a camera or a file by FFmpeg, from a folder of pictures, and which
 * of them need to be decoded.
 */
@NullMarked
package org.facestream.ingest.source.packet;

import org.jspecify.annotations.NullMarked;
