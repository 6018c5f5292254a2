package org.facestream.deploy.command.search;

import java.nio.file.Path;
import org.facestream.sink.api.picture.SeenFace;

/**
 * A face that is looked for.
 *
 * @param photo that shows it
 * @param number of the face, 1 for the largest
 * @param faces that the photo shows
 * @param face in it
 * @param descriptor of the face
 */
record SearchedFace(Path photo, int number, int faces, SeenFace face, float[] descriptor) {}
