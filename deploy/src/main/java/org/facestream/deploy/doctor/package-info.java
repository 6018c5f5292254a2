/** The checks of {@code facestream doctor}. */
@NullMarked
package org.facestream.deploy.doctor;

import org.jspecify.annotations.NullMarked;
