/** How long data about people is kept. */
@NullMarked
package org.facestream.sink.retention;

import org.jspecify.annotations.NullMarked;
