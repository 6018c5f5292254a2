/**
 * Transactions that hang: open in a partition although their coordinator has ended them, so that
 * committed records behind them are read by nobody. DESIGN.md says how they come about.
 */
package org.facestream.ingest.worker.kafka.transaction;
