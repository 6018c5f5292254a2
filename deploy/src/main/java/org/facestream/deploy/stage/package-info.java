/** Which stages there are, what they are made of: their settings and their topics. */
package org.facestream.deploy.stage;
