/**
 * {@code bench evidence}: what a sink does to store pictures and descriptors while others search.
 */
@NullMarked
package org.facestream.deploy.lab.bench.evidence;

import org.jspecify.annotations.NullMarked;
