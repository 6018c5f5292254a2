/**
 * Enrols people: reads pictures, finds and describes the face in each, decides whether it may enter
 * the gallery, and writes it.
 */
package org.facestream.recognizer.gallery.enrol;
