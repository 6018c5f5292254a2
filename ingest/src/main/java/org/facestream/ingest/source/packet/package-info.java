/**
 * The packets of one video: from a camera or a file by FFmpeg, from a folder of pictures, and which
 * of them need to be decoded.
 */
package org.facestream.ingest.source.packet;
