/** How pictures leave the worker as frames, and what became of them. */
package org.facestream.ingest.publish;
