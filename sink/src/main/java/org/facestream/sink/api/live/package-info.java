/** What is seen now: identity events as they come, and each camera's newest frame. */
@NullMarked
package org.facestream.sink.api.live;

import org.jspecify.annotations.NullMarked;
