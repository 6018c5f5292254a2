/** The stage that turns cameras into frames. */
@NullMarked
package org.facestream.ingest;

import org.jspecify.annotations.NullMarked;
