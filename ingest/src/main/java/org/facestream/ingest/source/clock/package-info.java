/** When pictures were taken, which of them are wanted, and how far reading is behind. */
@NullMarked
package org.facestream.ingest.source.clock;

import org.jspecify.annotations.NullMarked;
