/** {@code config}: the settings in effect, and all there are. */
package org.facestream.deploy.command.config;
