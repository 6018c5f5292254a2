/** {@code sightings}: who was seen, where and when. */
@NullMarked
package org.facestream.deploy.command.sighting;

import org.jspecify.annotations.NullMarked;
