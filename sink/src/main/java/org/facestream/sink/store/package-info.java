/** The database: connections, schema, and what is read from and written to it. */
@NullMarked
package org.facestream.sink.store;

import org.jspecify.annotations.NullMarked;
