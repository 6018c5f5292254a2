/** What {@code facestream evaluate} prints and draws. */
@NullMarked
package org.facestream.deploy.lab.evaluation;

import org.jspecify.annotations.NullMarked;
