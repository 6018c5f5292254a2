/** What this program is to the operating system: signals, exit codes and log files. */
@NullMarked
package org.facestream.deploy.process;

import org.jspecify.annotations.NullMarked;
