/** Who runs which camera: the assignment, each camera's thread, its state and its reports. */
@NullMarked
package org.facestream.ingest.fleet;

import org.jspecify.annotations.NullMarked;
