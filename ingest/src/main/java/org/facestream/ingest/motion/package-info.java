/** Whether something moves, and what a still scene holds back. */
package org.facestream.ingest.motion;
