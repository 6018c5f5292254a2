/**
 * The audit trail of changes to the gallery: a file to which lines are only added, and which shows
 * when a line was changed or taken out.
 */
@NullMarked
package org.facestream.recognizer.gallery.audit;

import org.jspecify.annotations.NullMarked;
