/** {@code bench reader}: what reading and decoding cameras costs, beside the ffmpeg program. */
@NullMarked
package org.facestream.deploy.lab.bench.reader;

import org.jspecify.annotations.NullMarked;
