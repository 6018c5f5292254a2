/**
 * Converts published weights to the ONNX files that facestream carries as resources. Workers load
 * those files; only {@code facestream model convert} needs these classes.
 */
@NullMarked
package org.facestream.deploy.lab.convert;

import org.jspecify.annotations.NullMarked;
