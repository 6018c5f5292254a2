/**
 * {@code run} and the four stages as subcommands: start, show what happens, and end in an orderly
 * way.
 */
package org.facestream.deploy.command.run;
