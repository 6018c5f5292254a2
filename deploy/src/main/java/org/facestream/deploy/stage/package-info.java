/** Which stages there are, what they are made of: their settings and their topics. */
@NullMarked
package org.facestream.deploy.stage;

import org.jspecify.annotations.NullMarked;
