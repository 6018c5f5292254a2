/** {@code config}: the settings in effect, and all there are. */
@NullMarked
package org.facestream.deploy.command.config;

import org.jspecify.annotations.NullMarked;
