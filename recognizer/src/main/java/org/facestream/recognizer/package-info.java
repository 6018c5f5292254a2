/**
 * The recognizer's stage and settings: describes the faces of the faces topic, matches them with
 * the gallery, and runs the decision per track.
 */
@NullMarked
package org.facestream.recognizer;

import org.jspecify.annotations.NullMarked;
