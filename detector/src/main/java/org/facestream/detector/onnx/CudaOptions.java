package org.facestream.detector.onnx;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How ONNX Runtime uses a GPU.
 *
 * @param memoryLimit maximum memory of one session in bytes, 0 for no limit
 * @param convolutionSearch how cuDNN chooses among its convolutions
 * @param copyInDefaultStream whether copies use the stream of the computation
 */
public record CudaOptions(
    long memoryLimit, ConvolutionSearch convolutionSearch, boolean copyInDefaultStream) {
  public static final CudaOptions DEFAULT = new CudaOptions(0, ConvolutionSearch.HEURISTIC, true);

  /** ONNX Runtime's {@code cudnn_conv_algo_search}. */
  public enum ConvolutionSearch {
    /** Tries all algorithms for each input shape, which takes seconds for each. */
    EXHAUSTIVE,
    HEURISTIC,
    DEFAULT
  }

  /** As configured. */
  public static CudaOptions of(CudaConfig config) {
    return new CudaOptions(
        config.memoryLimit(), config.convolutionSearch(), config.copyInDefaultStream());
  }

  /** The options of ONNX Runtime's CUDA provider, by its names. */
  Map<String, String> provider() {
    Map<String, String> options = new LinkedHashMap<>();
    if (memoryLimit > 0) {
      options.put("gpu_mem_limit", Long.toString(memoryLimit));
    }
    // The default, doubling, would allocate twice the memory that a new frame size needs.
    options.put("arena_extend_strategy", "kSameAsRequested");
    options.put("cudnn_conv_algo_search", convolutionSearch.name().toUpperCase(Locale.ROOT));
    options.put("do_copy_in_default_stream", copyInDefaultStream ? "1" : "0");
    return options;
  }
}
