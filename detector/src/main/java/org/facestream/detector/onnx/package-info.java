/** Runs a model in ONNX Runtime, on the CPU or with CUDA. */
@NullMarked
package org.facestream.detector.onnx;

import org.jspecify.annotations.NullMarked;
