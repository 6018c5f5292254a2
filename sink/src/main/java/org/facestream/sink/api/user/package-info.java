/** People who log in to the HTTP API: their passwords, sessions and attempts. */
@NullMarked
package org.facestream.sink.api.user;

import org.jspecify.annotations.NullMarked;
