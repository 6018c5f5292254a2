/** Benchmarks for users. */
package org.facestream.deploy.lab.bench;
