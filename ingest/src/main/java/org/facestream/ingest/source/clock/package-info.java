/** When pictures were taken, which of them are wanted, and how far reading is behind. */
package org.facestream.ingest.source.clock;
