/** Benchmarks for users. */
@NullMarked
package org.facestream.deploy.lab.bench;

import org.jspecify.annotations.NullMarked;
