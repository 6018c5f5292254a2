/** The stage that turns cameras into frames. */
package org.facestream.ingest;
