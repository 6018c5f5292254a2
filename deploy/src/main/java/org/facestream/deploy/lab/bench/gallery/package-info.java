/** {@code bench gallery}: how fast galleries of made-up references are read and matched. */
@NullMarked
package org.facestream.deploy.lab.bench.gallery;

import org.jspecify.annotations.NullMarked;
