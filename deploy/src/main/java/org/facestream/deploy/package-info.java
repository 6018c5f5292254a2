/**
 * The {@code facestream} command as a process starts it: the entry point and the registry of all
 * subcommands.
 */
package org.facestream.deploy;
