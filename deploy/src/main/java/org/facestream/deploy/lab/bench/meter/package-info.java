/** What benches measure with: processor time, memory, traffic, the metrics of a worker. */
package org.facestream.deploy.lab.bench.meter;
