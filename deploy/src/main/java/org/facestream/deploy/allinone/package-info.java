/**
 * Broker, database and all four stages in one process, and what it writes into its data folder for
 * other commands to find.
 */
@NullMarked
package org.facestream.deploy.allinone;

import org.jspecify.annotations.NullMarked;
