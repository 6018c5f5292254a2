/**
 * Enrols people: reads pictures, finds and describes the face in each, decides whether it may enter
 * the gallery, and writes it.
 */
@NullMarked
package org.facestream.recognizer.gallery.enrol;

import org.jspecify.annotations.NullMarked;
