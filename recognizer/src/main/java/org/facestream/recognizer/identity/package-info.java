/**
 * From matches to identity events: the two topics with their records, and the decision per track.
 * {@code DESIGN.md} beside this file gives the reasons.
 */
@NullMarked
package org.facestream.recognizer.identity;

import org.jspecify.annotations.NullMarked;
