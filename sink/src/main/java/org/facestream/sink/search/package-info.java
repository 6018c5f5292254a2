/**
 * Finds the stored faces that are nearest to a face: an index on disk that follows the database,
 * and searches that are equal to the database.
 */
@NullMarked
package org.facestream.sink.search;

import org.jspecify.annotations.NullMarked;
