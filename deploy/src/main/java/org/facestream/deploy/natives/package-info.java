/** The native libraries that are loaded, and what they need of the machine. */
@NullMarked
package org.facestream.deploy.natives;

import org.jspecify.annotations.NullMarked;
