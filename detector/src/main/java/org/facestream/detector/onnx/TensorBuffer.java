package org.facestream.detector.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * A tensor in the caller's own memory: ONNX Runtime reads and writes it in place.
 *
 * @param data direct and of native byte order, from its position to its limit: a {@link
 *     FloatBuffer} for float32, a {@link ByteBuffer} for uint8
 * @param shape dimensions, outermost first; their product is what remains in the buffer
 */
public record TensorBuffer(Buffer data, long... shape) {
  public TensorBuffer {
    if (!(data instanceof FloatBuffer || data instanceof ByteBuffer) || !data.isDirect()) {
      throw new IllegalArgumentException("a tensor is a direct FloatBuffer or ByteBuffer");
    }
    if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != data.remaining()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "shape %s does not fit %d values",
              Arrays.toString(shape),
              data.remaining()));
    }
  }

  /** This for one run of a session; the caller closes it. */
  OnnxTensor tensor() throws OrtException {
    OrtEnvironment environment = NativeRuntime.environment();
    return data instanceof FloatBuffer floats
        ? OnnxTensor.createTensor(environment, floats, shape)
        : OnnxTensor.createTensor(environment, (ByteBuffer) data, shape, OnnxJavaType.UINT8);
  }

  /** Room for that many values, in memory that ONNX Runtime reads without a copy. */
  public static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** A copy in separate memory. */
  TensorBuffer copy() {
    if (data instanceof FloatBuffer floats) {
      return new TensorBuffer(floats(floats.remaining()).put(floats.duplicate()).flip(), shape);
    }
    ByteBuffer bytes = ((ByteBuffer) data).duplicate();
    return new TensorBuffer(ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip(), shape);
  }
}
