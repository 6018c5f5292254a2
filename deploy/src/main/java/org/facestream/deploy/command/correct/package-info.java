/** {@code correct}: users state who a sighting is, or is not. */
@NullMarked
package org.facestream.deploy.command.correct;

import org.jspecify.annotations.NullMarked;
