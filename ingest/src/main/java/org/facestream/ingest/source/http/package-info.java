/** Motion JPEG over HTTP as packets: a small client that bounds everything it is sent. */
package org.facestream.ingest.source.http;
