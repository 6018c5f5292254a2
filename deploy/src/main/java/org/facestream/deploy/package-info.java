/**
 * The {@code facestream} command as a process starts it: the entry point and the registry of all
 * subcommands.
 */
@NullMarked
package org.facestream.deploy;

import org.jspecify.annotations.NullMarked;
