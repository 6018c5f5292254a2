/** Where a source is, with its secrets in place, and which ones a worker opens. */
@NullMarked
package org.facestream.ingest.source.address;

import org.jspecify.annotations.NullMarked;
