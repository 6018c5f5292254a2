/** Kafka clients, topics with their settings, and readers of a topic. */
@NullMarked
package org.facestream.ingest.worker.kafka;

import org.jspecify.annotations.NullMarked;
