/** {@code enroll}: from folders of photographs to the gallery. */
@NullMarked
package org.facestream.deploy.command.enrol;

import org.jspecify.annotations.NullMarked;
