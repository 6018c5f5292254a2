/**
 * The consume loop: reads batches of a topic, lets a {@link
 * org.facestream.ingest.worker.loop.BatchProcessor} process them, and publishes the results and the
 * group's offsets in one transaction. Records that cannot be processed become dead letters.
 */
@NullMarked
package org.facestream.ingest.worker.loop;

import org.jspecify.annotations.NullMarked;
