/** {@code bench reader}: what reading and decoding cameras costs, beside the ffmpeg program. */
package org.facestream.deploy.lab.bench.reader;
