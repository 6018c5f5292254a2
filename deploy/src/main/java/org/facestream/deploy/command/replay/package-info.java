/** {@code replay}: stored sightings are decided about again by other rules. */
@NullMarked
package org.facestream.deploy.command.replay;

import org.jspecify.annotations.NullMarked;
