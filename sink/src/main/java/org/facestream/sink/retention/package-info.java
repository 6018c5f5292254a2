/** How long data about people is kept. */
package org.facestream.sink.retention;
