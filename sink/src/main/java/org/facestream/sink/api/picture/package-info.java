/**
 * The networks on single pictures, of requests and of commands, and the people of the gallery whom
 * the faces look like.
 */
@NullMarked
package org.facestream.sink.api.picture;

import org.jspecify.annotations.NullMarked;
