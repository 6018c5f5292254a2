/** {@code demo}: the all-in-one with simulated cameras, and a score of what it recognised. */
package org.facestream.deploy.lab.demo;
