/** {@code search}: the stored faces that are nearest to the face in a photograph. */
@NullMarked
package org.facestream.deploy.command.search;

import org.jspecify.annotations.NullMarked;
