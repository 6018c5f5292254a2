/** What benches measure with: processor time, memory, traffic, the metrics of a worker. */
@NullMarked
package org.facestream.deploy.lab.bench.meter;

import org.jspecify.annotations.NullMarked;
