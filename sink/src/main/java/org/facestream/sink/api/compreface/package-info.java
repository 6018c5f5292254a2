/**
 * Routes with the paths, parameters, answers and errors of CompreFace 1.2, so that its clients work
 * unchanged. Its subjects are the people of the gallery, its images their references.
 */
@NullMarked
package org.facestream.sink.api.compreface;

import org.jspecify.annotations.NullMarked;
