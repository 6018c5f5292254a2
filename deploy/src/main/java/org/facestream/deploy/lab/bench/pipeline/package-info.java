/**
 * How many cameras this machine carries: the whole pipeline under simulated RTSP cameras, counted
 * by what its stages count themselves, by the records that a reader gets, and by the operating
 * system.
 */
package org.facestream.deploy.lab.bench.pipeline;
