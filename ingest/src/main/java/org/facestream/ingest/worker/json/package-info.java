/** How JSON is read and written: in records, in files, and on a command's output. */
package org.facestream.ingest.worker.json;
