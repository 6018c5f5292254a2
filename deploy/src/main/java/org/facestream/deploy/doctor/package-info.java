/** What {@code facestream doctor} looks at. */
package org.facestream.deploy.doctor;
