/** Whether something moves, and what a still scene holds back. */
@NullMarked
package org.facestream.ingest.motion;

import org.jspecify.annotations.NullMarked;
