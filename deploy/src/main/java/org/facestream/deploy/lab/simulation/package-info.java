/**
 * Simulated cameras for a demonstration and for tests: scenes composed of real photographs, served
 * over RTSP, with the truth of who was to be seen when, and a score of what was recognised.
 */
@NullMarked
package org.facestream.deploy.lab.simulation;

import org.jspecify.annotations.NullMarked;
