/** How pictures leave the worker as frames, and what became of them. */
@NullMarked
package org.facestream.ingest.publish;

import org.jspecify.annotations.NullMarked;
