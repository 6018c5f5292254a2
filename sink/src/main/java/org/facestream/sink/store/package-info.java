/** The database: connections, schema, and what is read from and written to it. */
package org.facestream.sink.store;
