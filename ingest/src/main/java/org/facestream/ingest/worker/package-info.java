/**
 * The shell of every stage: configuration, the consume loop, metrics and health, orderly shutdown.
 *
 * <p>It lives in {@code ingest} because ingest is upstream of all other modules. It knows nothing
 * of cameras or faces, and stays small: a stage is a {@link org.facestream.ingest.worker.Stage}, a
 * transformation of one topic into another is a {@link
 * org.facestream.ingest.worker.ConsumeLoop.Processor}.
 */
package org.facestream.ingest.worker;
