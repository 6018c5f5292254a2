/** The broker and the database of the all-in-one, in a data folder. */
@NullMarked
package org.facestream.deploy.embedded;

import org.jspecify.annotations.NullMarked;
