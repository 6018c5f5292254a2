/** Routes: which stored faces are nearest to a face. */
@NullMarked
package org.facestream.sink.api.search;

import org.jspecify.annotations.NullMarked;
