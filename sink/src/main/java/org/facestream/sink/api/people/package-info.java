/** People, references, enrolment, corrections, visitors and erasure by HTTP. */
@NullMarked
package org.facestream.sink.api.people;

import org.jspecify.annotations.NullMarked;
