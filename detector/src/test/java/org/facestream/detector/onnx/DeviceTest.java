package org.facestream.detector.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.facestream.detector.onnx.CudaOptions.ConvolutionSearch;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceTest {
  @Test
  void devicesByTheirNames() {
    assertEquals(Device.AUTO, Device.parse("auto"));
    assertEquals(Device.CPU, Device.parse(" CPU "));
    assertEquals(Device.cuda(0), Device.parse("cuda"));
    assertEquals(Device.cuda(3), Device.parse("cuda:3"));
    assertEquals("cuda:3", Device.parse("cuda:3").toString());
    UserError refused = assertThrows(UserError.class, () -> Device.parse("gpu"));
    assertTrue(refused.getMessage().contains("auto, cpu, cuda or cuda:N"));
  }

  @Test
  void aCpuRunsWhatIsAtHandAndAGpuFewShapes() {
    for (int count = 1; count <= 40; count++) {
      assertEquals(count, Device.CPU.fill(count, 32));
    }
    int[] counts = {1, 2, 3, 5, 8, 9, 17, 31, 32};
    int[] filled = {1, 2, 4, 8, 8, 16, 32, 32, 32};
    for (int i = 0; i < counts.length; i++) {
      assertEquals(filled[i], Device.cuda(0).fill(counts[i], 32));
    }
    assertEquals(12, Device.cuda(0).fill(9, 12));
  }

  @Test
  void cudaOptionsHaveTheNamesOfOnnxRuntime() {
    assertEquals(
        Map.of(
            "arena_extend_strategy",
            "kSameAsRequested",
            "cudnn_conv_algo_search",
            "HEURISTIC",
            "do_copy_in_default_stream",
            "1"),
        CudaOptions.DEFAULT.provider());
    assertEquals(
        Map.of(
            "gpu_mem_limit",
            "2000000000",
            "arena_extend_strategy",
            "kSameAsRequested",
            "cudnn_conv_algo_search",
            "EXHAUSTIVE",
            "do_copy_in_default_stream",
            "0"),
        new CudaOptions(2_000_000_000L, ConvolutionSearch.EXHAUSTIVE, false).provider());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Failed to load library: libcudnn.so.9: cannot open shared object file|install cuDNN 9",
        "Failed to load library: libcublasLt.so.12: cannot open shared object file|CUDA 12's lib",
        "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime|an NVIDIA driver",
        "CUDA failure 2: out of memory|cuda.memory-limit",
        "something else|it needs an NVIDIA driver, CUDA 12 and cuDNN 9",
      })
  void saysWhatIsMissing(String reason, String advice) {
    String message = Cuda.unusable(Device.cuda(1), new IllegalStateException(reason));
    assertTrue(message.startsWith("device cuda:1 cannot be used: " + reason), message);
    assertTrue(message.contains(advice), message);
    assertTrue(message.endsWith("or use cpu"), message);
  }
}
