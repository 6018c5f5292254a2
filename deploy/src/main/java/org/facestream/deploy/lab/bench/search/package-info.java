/** {@code bench search}: how fast made-up faces are searched, against a plain loop. */
@NullMarked
package org.facestream.deploy.lab.bench.search;

import org.jspecify.annotations.NullMarked;
