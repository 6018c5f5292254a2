/** The pictures of one source, from its being opened to its end. */
@NullMarked
package org.facestream.ingest.source;

import org.jspecify.annotations.NullMarked;
