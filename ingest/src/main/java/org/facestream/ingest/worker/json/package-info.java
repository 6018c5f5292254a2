/** How JSON is read and written: in records, in files, and on a command's output. */
@NullMarked
package org.facestream.ingest.worker.json;

import org.jspecify.annotations.NullMarked;
