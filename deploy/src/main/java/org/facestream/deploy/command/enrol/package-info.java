/** {@code enroll}: from folders of photographs to the gallery. */
package org.facestream.deploy.command.enrol;
