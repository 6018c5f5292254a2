/**
 * The gallery of known faces, and its settings. {@code contract} is the topic and its records,
 * {@code match} compares faces with them, {@code people} changes and erases them, {@code enrol}
 * adds them, {@code audit} records who did so. {@code DESIGN.md} beside this file gives the
 * reasons.
 */
@NullMarked
package org.facestream.recognizer.gallery;

import org.jspecify.annotations.NullMarked;
