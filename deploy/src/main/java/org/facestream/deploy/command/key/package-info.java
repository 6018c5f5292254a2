/** {@code facestream key}: keys for the HTTP API. */
@NullMarked
package org.facestream.deploy.command.key;

import org.jspecify.annotations.NullMarked;
