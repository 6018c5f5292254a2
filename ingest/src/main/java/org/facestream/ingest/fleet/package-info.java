/** Who runs which camera: the assignment, each camera's thread, its state and its reports. */
package org.facestream.ingest.fleet;
