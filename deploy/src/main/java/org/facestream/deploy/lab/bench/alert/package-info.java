/** {@code bench alert}: from an event to a webhook. */
@NullMarked
package org.facestream.deploy.lab.bench.alert;

import org.jspecify.annotations.NullMarked;
