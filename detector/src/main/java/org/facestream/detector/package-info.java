/**
 * The detector's stage and settings: which frames are taken, how they are decoded, close-ups, and
 * what is counted.
 */
@NullMarked
package org.facestream.detector;

import org.jspecify.annotations.NullMarked;
