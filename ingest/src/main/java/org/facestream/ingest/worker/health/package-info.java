/**
 * Whether a stage gets on: where its readers stand, how far that is from the ends of their topics,
 * and whether its threads turn.
 */
package org.facestream.ingest.worker.health;
