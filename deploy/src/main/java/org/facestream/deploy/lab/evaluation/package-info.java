/** What {@code facestream evaluate} prints and draws. */
package org.facestream.deploy.lab.evaluation;
