/** {@code bench detector}: how fast faces are found, and where the time goes. */
@NullMarked
package org.facestream.deploy.lab.bench.detector;

import org.jspecify.annotations.NullMarked;
