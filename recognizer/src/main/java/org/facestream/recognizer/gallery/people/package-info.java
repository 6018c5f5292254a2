/**
 * Lists, renames, merges, exports, checks and forgets the people of the gallery, and erases
 * references that have expired.
 */
@NullMarked
package org.facestream.recognizer.gallery.people;

import org.jspecify.annotations.NullMarked;
