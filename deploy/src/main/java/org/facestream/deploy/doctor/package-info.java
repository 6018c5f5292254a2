/** The checks of {@code facestream doctor}. */
package org.facestream.deploy.doctor;
