/** Runs a model in ONNX Runtime, on the CPU or with CUDA. */
package org.facestream.detector.onnx;
