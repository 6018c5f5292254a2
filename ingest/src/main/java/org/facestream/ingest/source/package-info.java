/** The pictures of one source, from its being opened to its end. */
package org.facestream.ingest.source;
