/**
 * Measures how many cameras this machine carries: runs the whole pipeline with simulated RTSP
 * cameras, and uses the stages' metrics, the records of a reader, and the operating system's
 * counters.
 */
@NullMarked
package org.facestream.deploy.lab.bench.pipeline;

import org.jspecify.annotations.NullMarked;
