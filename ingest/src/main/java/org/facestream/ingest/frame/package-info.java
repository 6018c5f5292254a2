/** The contract of the frames topic, and how a picture is decoded. */
package org.facestream.ingest.frame;
