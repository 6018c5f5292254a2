/** Identity events to PostgreSQL. */
package org.facestream.sink;
