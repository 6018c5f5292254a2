/** What is done with people in the gallery and in the database, as one thing. */
package org.facestream.deploy.people;
