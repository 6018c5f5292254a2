/** Settings from files, the environment and options, and the errors that users can mend. */
@NullMarked
package org.facestream.ingest.worker.config;

import org.jspecify.annotations.NullMarked;
