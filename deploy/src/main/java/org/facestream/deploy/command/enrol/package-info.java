/** {@code enroll} and {@code import}: from photographs to the gallery. */
@NullMarked
package org.facestream.deploy.command.enrol;

import org.jspecify.annotations.NullMarked;
