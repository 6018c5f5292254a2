/**
 * {@code run} and the four stages as subcommands: start, show what happens, and end in an orderly
 * way.
 */
@NullMarked
package org.facestream.deploy.command.run;

import org.jspecify.annotations.NullMarked;
