/** Where a source is, with its secrets in place, and which ones a worker opens. */
package org.facestream.ingest.source.address;
