package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.av_buffer_alloc;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.facestream.ingest.registry.DecoderChoice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of cameras when a driver hangs; no machine of ours has such hardware. */
@Tag("bare")
class HardwareDecodingTest {
  private final CountDownLatch driver = new CountDownLatch(1);
  private final List<DecoderChoice> opened = Collections.synchronizedList(new ArrayList<>());

  /** Otherwise the first device waits for that, too: longer than this test's patience. */
  @BeforeAll
  static void loadFfmpeg() {
    Loader.load(avutil.class);
  }

  private Optional<AVBufferRef> open(DecoderChoice choice) {
    opened.add(choice);
    if (choice == DecoderChoice.VAAPI) {
      return Optional.of(av_buffer_alloc(16));
    }
    try {
      driver.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  @Test
  void aDriverThatHangsHoldsUpNobodyForLong() {
    try (HardwareDecoding hardware = new HardwareDecoding(this::open, Duration.ofMillis(200))) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            for (int camera = 0; camera < 1000; camera++) {
              assertEquals(Optional.empty(), hardware.device(DecoderChoice.CUDA));
              assertEquals(Optional.empty(), hardware.device(DecoderChoice.NONE));
            }
            assertSame(
                hardware.device(DecoderChoice.VAAPI).orElseThrow(),
                hardware.device(DecoderChoice.AUTO).orElseThrow(),
                "shared");
          });
      assertEquals(List.of(DecoderChoice.CUDA, DecoderChoice.VAAPI), opened, "each once");
    } finally {
      driver.countDown();
    }
  }
}
