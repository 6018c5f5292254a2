/** Alert rules, alerts and tests of outlets by HTTP. */
@NullMarked
package org.facestream.sink.api.alert;

import org.jspecify.annotations.NullMarked;
