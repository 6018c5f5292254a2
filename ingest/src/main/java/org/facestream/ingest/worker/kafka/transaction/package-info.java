/**
 * Transactions that hang: open in a partition although their coordinator has ended them, so that
 * committed records after them cannot be read. DESIGN.md describes how they arise.
 */
@NullMarked
package org.facestream.ingest.worker.kafka.transaction;

import org.jspecify.annotations.NullMarked;
