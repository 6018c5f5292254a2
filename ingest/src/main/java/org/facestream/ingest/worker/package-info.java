/**
 * The shell of every stage: the process, its metrics, its HTTP endpoint, orderly shutdown.
 *
 * <p>It is in {@code ingest} because ingest is upstream of all other modules. It does not depend on
 * cameras or faces. A stage is a {@link org.facestream.ingest.worker.Stage}; one that transforms a
 * topic into another is a {@link org.facestream.ingest.worker.loop.BatchProcessor}.
 */
@NullMarked
package org.facestream.ingest.worker;

import org.jspecify.annotations.NullMarked;
