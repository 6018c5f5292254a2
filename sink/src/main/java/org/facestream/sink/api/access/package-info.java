/** Who may use the HTTP API, and the trail of what they looked at. */
@NullMarked
package org.facestream.sink.api.access;

import org.jspecify.annotations.NullMarked;
