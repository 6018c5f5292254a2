package org.facestream.deploy.lab.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * MTCNN's weights made up, and R-Net computed from them the slow and plain way, in the weights' own
 * order: maps are [x][y][channel].
 */
final class SwappedNet {
  private final Map<String, float[]> weights = new HashMap<>();

  /** Writes a manifest and a shard of random weights in a folder. */
  static SwappedNet write(Path folder, Random random) throws IOException {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    network(shapes, "pnet", new int[] {3, 10, 16, 32}, new int[] {3, 3, 3});
    head(shapes, "pnet/conv4_1", 1, 1, 32, 2);
    head(shapes, "pnet/conv4_2", 1, 1, 32, 4);
    network(shapes, "rnet", new int[] {3, 28, 48, 64}, new int[] {3, 3, 2});
    head(shapes, "rnet/fc1", 576, 128);
    shapes.put("rnet/prelu4_alpha", new int[] {128});
    head(shapes, "rnet/fc2_1", 128, 2);
    head(shapes, "rnet/fc2_2", 128, 4);
    network(shapes, "onet", new int[] {3, 32, 64, 64, 128}, new int[] {3, 3, 3, 2});
    head(shapes, "onet/fc1", 1152, 256);
    shapes.put("onet/prelu5_alpha", new int[] {256});
    head(shapes, "onet/fc2_1", 256, 2);
    head(shapes, "onet/fc2_2", 256, 4);
    head(shapes, "onet/fc2_3", 256, 10);

    SwappedNet net = new SwappedNet();
    StringBuilder manifest = new StringBuilder("[{\"paths\": [\"shard\"], \"weights\": [");
    ByteBuffer shard = ByteBuffer.allocate(1 << 21).order(ByteOrder.LITTLE_ENDIAN);
    String separator = "";
    for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
      int size = 1;
      int in = 1;
      for (int i = 0; i < entry.getValue().length; i++) {
        size *= entry.getValue()[i];
        in *= i < entry.getValue().length - 1 ? entry.getValue()[i] : 1;
      }
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        // Scaled so that no layer makes its values much larger or smaller.
        values[i] = (float) (random.nextGaussian() / Math.sqrt(in));
        // Slopes of every kind in the first layers; elsewhere as in MTCNN's, all below 1.
        if (entry.getKey().endsWith("_alpha") && !entry.getKey().endsWith("prelu1_alpha")
            || entry.getKey().equals("onet/prelu1_alpha")) {
          values[i] = Math.min(values[i], 0.9f);
        }
        shard.putFloat(values[i]);
      }
      net.weights.put(entry.getKey(), values);
      manifest
          .append(separator)
          .append("{\"name\": \"%s\", \"dtype\": \"float32\", ".formatted(entry.getKey()))
          .append("\"shape\": %s}".formatted(Arrays.toString(entry.getValue())));
      separator = ",\n";
    }
    byte[] bytes = new byte[shard.flip().remaining()];
    shard.get(bytes);
    Files.write(folder.resolve("shard"), bytes);
    Files.writeString(folder.resolve(MtcnnConverter.MANIFEST), manifest.append("]}]"));
    return net;
  }

  private static void network(
      Map<String, int[]> shapes, String name, int[] channels, int[] kernels) {
    for (int i = 0; i < kernels.length; i++) {
      head(shapes, name + "/conv" + (i + 1), kernels[i], kernels[i], channels[i], channels[i + 1]);
      shapes.put(name + "/prelu" + (i + 1) + "_alpha", new int[] {channels[i + 1]});
    }
  }

  private static void head(Map<String, int[]> shapes, String name, int... shape) {
    shapes.put(name + "/weights", shape);
    shapes.put(name + "/bias", new int[] {shape[shape.length - 1]});
  }

  /**
   * R-Net.
   *
   * @param pixels of 24 × 24, in rows, red first
   * @return the probability of a face, and the shift of the edges
   */
  List<double[]> refinement(byte[] pixels) {
    double[][][] map = new double[24][24][3];
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 24; x++) {
        for (int c = 0; c < 3; c++) {
          map[x][y][c] = (Byte.toUnsignedInt(pixels[(y * 24 + x) * 3 + c]) - 127.5) / 128;
        }
      }
    }
    map = pool(activated(convolved(map, "rnet/conv1", 3, 28), "rnet/prelu1_alpha"));
    map = pool(activated(convolved(map, "rnet/conv2", 3, 48), "rnet/prelu2_alpha"));
    map = activated(convolved(map, "rnet/conv3", 2, 64), "rnet/prelu3_alpha");
    double[] flat = new double[3 * 3 * 64];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = map[i / 64 / 3][i / 64 % 3][i % 64];
    }
    double[] dense = product(flat, "rnet/fc1", 128);
    for (int i = 0; i < 128; i++) {
      dense[i] *= dense[i] > 0 ? 1 : weights.get("rnet/prelu4_alpha")[i];
    }
    double[] classes = product(dense, "rnet/fc2_1", 2);
    double other = Math.exp(classes[0]);
    double face = Math.exp(classes[1]);
    return List.of(new double[] {face / (face + other)}, product(dense, "rnet/fc2_2", 4));
  }

  private double[][][] convolved(double[][][] map, String name, int size, int out) {
    int in = map[0][0].length;
    float[] kernel = weights.get(name + "/weights");
    float[] bias = weights.get(name + "/bias");
    int side = map.length - size + 1;
    double[][][] result = new double[side][side][out];
    for (int x = 0; x < side; x++) {
      for (int y = 0; y < side; y++) {
        for (int o = 0; o < out; o++) {
          double sum = bias[o];
          for (int dx = 0; dx < size; dx++) {
            for (int dy = 0; dy < size; dy++) {
              for (int c = 0; c < in; c++) {
                sum += map[x + dx][y + dy][c] * kernel[((dx * size + dy) * in + c) * out + o];
              }
            }
          }
          result[x][y][o] = sum;
        }
      }
    }
    return result;
  }

  private double[][][] activated(double[][][] map, String alpha) {
    float[] slope = weights.get(alpha);
    for (double[][] column : map) {
      for (double[] cell : column) {
        for (int c = 0; c < cell.length; c++) {
          cell[c] *= cell[c] > 0 ? 1 : slope[c];
        }
      }
    }
    return map;
  }

  /** Windows of 3 × 3, two apart; the last may reach beyond the map. */
  private static double[][][] pool(double[][][] map) {
    int side = map.length / 2;
    int channels = map[0][0].length;
    double[][][] result = new double[side][side][channels];
    for (int x = 0; x < side; x++) {
      for (int y = 0; y < side; y++) {
        for (int c = 0; c < channels; c++) {
          double most = Double.NEGATIVE_INFINITY;
          for (int i = 2 * x; i < Math.min(2 * x + 3, map.length); i++) {
            for (int j = 2 * y; j < Math.min(2 * y + 3, map.length); j++) {
              most = Math.max(most, map[i][j][c]);
            }
          }
          result[x][y][c] = most;
        }
      }
    }
    return result;
  }

  private double[] product(double[] values, String name, int out) {
    float[] matrix = weights.get(name + "/weights");
    double[] result = new double[out];
    for (int o = 0; o < out; o++) {
      result[o] = weights.get(name + "/bias")[o];
      for (int i = 0; i < values.length; i++) {
        result[o] += values[i] * matrix[i * out + o];
      }
    }
    return result;
  }
}
