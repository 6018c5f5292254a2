/**
 * Broker, database and all four stages in one process, and what it writes into its data folder for
 * other commands to find.
 */
package org.facestream.deploy.allinone;
