/**
 * The contract of the gallery topic: its records, how they are read and written, and what a person
 * and a name are.
 */
@NullMarked
package org.facestream.recognizer.gallery.contract;

import org.jspecify.annotations.NullMarked;
