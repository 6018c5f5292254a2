/**
 * What cameras there are: the cameras topic and its records, the file that people write them in,
 * what each of them reports, and what a camera gets that does not say otherwise.
 */
@NullMarked
package org.facestream.ingest.registry;

import org.jspecify.annotations.NullMarked;
