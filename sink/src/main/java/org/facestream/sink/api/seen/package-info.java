/** Who was seen, by HTTP: sightings with their crops, visits, visitors, cameras. */
@NullMarked
package org.facestream.sink.api.seen;

import org.jspecify.annotations.NullMarked;
