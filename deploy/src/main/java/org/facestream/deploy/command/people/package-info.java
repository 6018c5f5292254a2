/** {@code people} and {@code audit}: who is enrolled, and everything that may be done with them. */
package org.facestream.deploy.command.people;
