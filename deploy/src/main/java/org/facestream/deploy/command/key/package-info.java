/** The commands `key` and `user`: who may use the HTTP API. */
@NullMarked
package org.facestream.deploy.command.key;

import org.jspecify.annotations.NullMarked;
