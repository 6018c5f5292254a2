/**
 * Health of a stage: the positions of its readers, their distance from the ends of their topics,
 * and whether its threads are alive.
 */
@NullMarked
package org.facestream.ingest.worker.health;

import org.jspecify.annotations.NullMarked;
