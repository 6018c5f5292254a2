/** The broker and the database of the all-in-one, in a data folder. */
package org.facestream.deploy.embedded;
