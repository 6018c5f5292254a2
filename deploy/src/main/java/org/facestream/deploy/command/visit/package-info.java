/** {@code facestream visits}: who was there, from when to when, and on which cameras. */
@NullMarked
package org.facestream.deploy.command.visit;

import org.jspecify.annotations.NullMarked;
