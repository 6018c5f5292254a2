/**
 * The consume loop: reads batches of a topic, has a {@link
 * org.facestream.ingest.worker.loop.ConsumeLoop.Processor} process them, and publishes the results
 * and the group's offsets in one transaction; what cannot be processed becomes a dead letter.
 */
package org.facestream.ingest.worker.loop;
