/** {@code bench gallery}: how fast galleries of made-up references are read and matched. */
package org.facestream.deploy.lab.bench.gallery;
