package org.facestream.recognizer.gallery;

/**
 * Whose face a reference is.
 *
 * @param id stable, also when the name changes
 * @param name in any script
 */
public record Person(String id, String name) {}
