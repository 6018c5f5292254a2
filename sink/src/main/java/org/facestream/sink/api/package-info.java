/** The stage that serves the HTTP API. */
@NullMarked
package org.facestream.sink.api;

import org.jspecify.annotations.NullMarked;
