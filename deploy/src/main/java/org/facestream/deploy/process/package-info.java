/** What this program is to the operating system: signals, exit codes and log files. */
package org.facestream.deploy.process;
