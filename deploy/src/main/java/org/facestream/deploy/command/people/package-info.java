/** {@code people} and {@code audit}: who is enrolled, and everything that may be done with them. */
@NullMarked
package org.facestream.deploy.command.people;

import org.jspecify.annotations.NullMarked;
