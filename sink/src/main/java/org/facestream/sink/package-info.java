/** Identity events to PostgreSQL. */
@NullMarked
package org.facestream.sink;

import org.jspecify.annotations.NullMarked;
