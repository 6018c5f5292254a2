/** A file to which lines are only added, and that shows when one was changed or taken out. */
package org.facestream.recognizer.audit;
