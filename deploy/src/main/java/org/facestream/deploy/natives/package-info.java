/** The native libraries that are loaded, and what they need of the machine. */
package org.facestream.deploy.natives;
