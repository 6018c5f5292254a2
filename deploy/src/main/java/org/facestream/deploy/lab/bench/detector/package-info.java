/** {@code bench detector}: how fast faces are found, and where the time goes. */
package org.facestream.deploy.lab.bench.detector;
