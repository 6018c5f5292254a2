/** Motion JPEG over HTTP as packets: a small client that bounds everything it is sent. */
@NullMarked
package org.facestream.ingest.source.http;

import org.jspecify.annotations.NullMarked;
