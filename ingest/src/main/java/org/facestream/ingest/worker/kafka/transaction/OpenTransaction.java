package org.facestream.ingest.worker.kafka.transaction;

import org.apache.kafka.common.TopicPartition;

/**
 * A transaction as one partition sees it: begun there, not yet ended there.
 *
 * @param partition where it is open
 * @param producerId of the producer that began it
 * @param epoch of that producer when it wrote
 * @param coordinatorEpoch of the last marker that this producer has in the partition; 0 when it has
 *     none
 * @param startOffset its first record, at which readers of committed records stop
 */
record OpenTransaction(
    TopicPartition partition,
    long producerId,
    short epoch,
    int coordinatorEpoch,
    long startOffset) {}
