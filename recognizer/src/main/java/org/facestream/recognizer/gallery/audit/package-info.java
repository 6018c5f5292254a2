/**
 * The audit trail of changes to the gallery: a file to which lines are only added, and which shows
 * when a line was changed or taken out.
 */
package org.facestream.recognizer.gallery.audit;
