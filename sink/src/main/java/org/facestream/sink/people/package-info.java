/** What is done with people in the gallery and in the database, as one thing. */
@NullMarked
package org.facestream.sink.people;

import org.jspecify.annotations.NullMarked;
