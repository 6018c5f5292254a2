/** Rules for alerts: which event raises one, and its delivery to outlets. */
@NullMarked
package org.facestream.sink.alert;

import org.jspecify.annotations.NullMarked;
