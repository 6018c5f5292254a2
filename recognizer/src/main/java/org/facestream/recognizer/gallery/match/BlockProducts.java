package org.facestream.recognizer.gallery.match;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

import java.nio.FloatBuffer;
import java.util.Random;
import org.facestream.detector.onnx.TensorBuffer;

/**
 * Inner products of faces with the references of one block after the other: one matrix product per
 * block, by OpenBLAS, which is part of OpenCV. One thread uses it.
 */
final class BlockProducts {
  /** Half the distance from 1 to the next float: the maximum relative error of one operation. */
  private static final double ROUNDING = 0x1p-24;

  static {
    // A block is too small to be divided; batches of faces run in parallel.
    blas_set_num_threads(1);
    requireRightResults();
  }

  private final int faces;
  private final int length;
  private final FloatBuffer queries;
  private final FloatBuffer products;
  private final float[] norms;
  private final float[] row = new float[ReferenceBlock.ROWS];

  BlockProducts(float[][] queries, int length) {
    this.faces = queries.length;
    this.length = length;
    this.queries = TensorBuffer.floats(faces * length);
    this.products = TensorBuffer.floats(faces * ReferenceBlock.ROWS);
    this.norms = new float[faces];
    for (int face = 0; face < faces; face++) {
      this.queries.put(face * length, queries[face], 0, length);
      double square = 0;
      for (float value : queries[face]) {
        square += (double) value * value;
      }
      norms[face] = (float) square;
    }
  }

  /**
   * OpenBLAS chooses its code by the CPU; some builds compute wrong results on newer CPUs. Wrong
   * names are worse than a failed start.
   */
  private static void requireRightResults() {
    int length = 67;
    float[][] queries = new float[5][length];
    ReferenceBlock block = new ReferenceBlock(length);
    Random random = new Random(1);
    float[][] references = new float[ReferenceBlock.ROWS][length];
    for (float[] values : queries) {
      fill(values, random);
    }
    for (float[] values : references) {
      fill(values, random);
      block.append(values, 0, "", ReferenceBlock.NEVER);
    }
    BlockProducts products = new BlockProducts(queries, length);
    products.multiply(block.publish());
    for (int face = 0; face < queries.length; face++) {
      requireRight(products.of(face), queries[face], references);
    }
    BlockProducts alone = new BlockProducts(new float[][] {queries[0]}, length);
    alone.multiply(block.publish());
    requireRight(alone.of(0), queries[0], references);
  }

  private static void requireRight(float[] found, float[] query, float[][] references) {
    for (int i = 0; i < references.length; i++) {
      double right = 0;
      for (int d = 0; d < query.length; d++) {
        right += (double) query[d] * references[i][d];
      }
      if (!(Math.abs(found[i] - right) < 1e-4)) {
        throw new IllegalStateException(
            "OpenBLAS computes wrong results on this CPU; set OPENBLAS_CORETYPE to an older "
                + "type, such as Haswell");
      }
    }
  }

  private static void fill(float[] values, Random random) {
    for (int d = 0; d < values.length; d++) {
      values[d] = random.nextFloat() - 0.5f;
    }
  }

  /** Multiplies all faces with a block. */
  void multiply(ReferenceBlock.View block) {
    if (block.rows() == 0) {
      return;
    }
    if (faces == 1) {
      // A matrix product would first copy the block into another order.
      cblas_sgemv(
          CblasRowMajor,
          CblasTrans,
          length,
          block.rows(),
          1,
          block.columns(),
          ReferenceBlock.ROWS,
          queries,
          1,
          0,
          products,
          1);
    } else {
      cblas_sgemm(
          CblasRowMajor,
          CblasNoTrans,
          CblasNoTrans,
          faces,
          block.rows(),
          length,
          1,
          queries,
          length,
          block.columns(),
          ReferenceBlock.ROWS,
          0,
          products,
          ReferenceBlock.ROWS);
    }
  }

  /** A face's inner products with the rows of the block; valid until the next call. */
  float[] of(int face) {
    products.get(face * ReferenceBlock.ROWS, row);
    return row;
  }

  /** The squared length of a face's descriptor. */
  float norm(int face) {
    return norms[face];
  }

  /**
   * By how much a squared distance may be off that was taken from squared lengths and an inner
   * product: n roundings of products and sums in each of the three, as Higham bounds them for any
   * order of summation (Accuracy and Stability of Numerical Algorithms, 2002, chapter 3).
   */
  static float doubt(int length, float queryNorm, float referenceNorm) {
    return (float) ((2 * length + 8) * ROUNDING * ((double) queryNorm + referenceNorm));
  }
}
