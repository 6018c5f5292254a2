/** {@code demo}: the all-in-one with simulated cameras, and a score of what it recognised. */
@NullMarked
package org.facestream.deploy.lab.demo;

import org.jspecify.annotations.NullMarked;
