package org.facestream.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.jspecify.annotations.Nullable;

/** Decodes the frames of a batch in parallel. */
final class FrameDecoder implements AutoCloseable {
  private final ExecutorService pool;

  FrameDecoder(int threads) {
    AtomicInteger number = new AtomicInteger();
    pool =
        Executors.newFixedThreadPool(
            threads, work -> new Thread(work, "detector-decode-" + number.getAndIncrement()));
  }

  /**
   * A frame with its record.
   *
   * @param record of the frame
   */
  record Source(ConsumerRecord<String, byte[]> record, Frame frame) {}

  /**
   * A frame whose picture is decoded or could not be decoded. The owner closes it.
   *
   * @param picture null when it could not be decoded
   * @param unreadable why not; otherwise null
   */
  record Decoded(
      Source source, @Nullable Picture picture, @Nullable UnreadablePictureException unreadable)
      implements AutoCloseable {
    @Override
    public void close() {
      if (picture != null) {
        picture.close();
      }
    }
  }

  /** Frames that are being decoded. The caller must take or close them. */
  final class Pending implements AutoCloseable {
    private final List<Future<Decoded>> running;

    private Pending(List<Future<Decoded>> running) {
      this.running = running;
    }

    /**
     * Waits for the frames, in order.
     *
     * @return one for each given frame; the caller closes them
     * @throws Error when decoding failed with an Error, which is not a frame's fault
     */
    List<Decoded> take() {
      List<Decoded> decoded = new ArrayList<>(running.size());
      RuntimeException failed = null;
      Error error = null;
      for (Future<Decoded> future : running) {
        try {
          // After a failure, the others must finish too, because their pictures must be closed.
          decoded.add(future.get());
        } catch (ExecutionException broken) {
          if (broken.getCause() instanceof Error hopeless) {
            error = hopeless;
          }
          failed = new IllegalStateException("a frame could not be decoded", broken.getCause());
        } catch (InterruptedException interrupted) {
          failed = new InterruptException(interrupted);
          future.cancel(false);
        }
      }
      running.clear();
      if (failed != null) {
        decoded.forEach(Decoded::close);
        if (error != null) {
          throw error;
        }
        throw failed;
      }
      return decoded;
    }

    /** Discards frames that were not taken. */
    @Override
    public void close() {
      if (!running.isEmpty()) {
        take().forEach(Decoded::close);
      }
    }
  }

  /** Starts decoding frames in the background. */
  Pending begin(List<Source> sources) {
    Pending pending = new Pending(new ArrayList<>(sources.size()));
    try {
      for (Source source : sources) {
        pending.running.add(pool.submit((Callable<Decoded>) () -> decode(source)));
      }
      return pending;
    } catch (RuntimeException | Error noThread) {
      pending.close();
      throw noThread;
    }
  }

  private static Decoded decode(Source source) {
    try {
      return new Decoded(source, Picture.decodeFrame(source.frame().jpeg()), null);
    } catch (UnreadablePictureException unreadable) {
      return new Decoded(source, null, unreadable);
    }
  }

  @Override
  public void close() {
    pool.shutdown();
    try {
      pool.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
