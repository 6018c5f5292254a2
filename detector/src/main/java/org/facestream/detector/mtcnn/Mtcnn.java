package org.facestream.detector.mtcnn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.facestream.detector.onnx.Device;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.Closing;
import org.jspecify.annotations.Nullable;

/**
 * Finds faces and their landmarks: the cascade of Zhang, Zhang, Li and Qiao, "Joint Face Detection
 * and Alignment Using Multitask Cascaded Convolutional Networks" (2016), over a batch of pictures
 * at once.
 *
 * <p>On the CPU, one cascade per thread processes the pictures of a batch, because the networks are
 * too small to divide. A GPU gets the whole batch at once.
 *
 * <p>The result for a picture does not depend on the other pictures of the batch. Calls from
 * several threads are serialised, because the networks' memory is reused.
 */
public final class Mtcnn implements AutoCloseable {
  /**
   * Maximum number of pictures that one cascade takes at a time, so that no cascade is idle at the
   * end.
   */
  private static final int MOST_TOGETHER = 4;

  private final Closing closing = new Closing();
  private final List<Cascade> cascades = new ArrayList<>();
  private final @Nullable ExecutorService others;
  private long wallNanos;

  /**
   * Loads the networks, which takes part of a second on a CPU.
   *
   * @param threads on the CPU, 1 or more
   * @throws org.facestream.ingest.worker.config.UserError where a model file is damaged or the
   *     wanted device cannot run it
   */
  public Mtcnn(Device device, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("detection needs a thread");
    }
    try {
      cascades.add(closing.add(new Cascade(device)));
      // The device found for `auto` applies to all.
      int count = device().kind() == Device.Kind.CUDA ? 1 : threads;
      while (cascades.size() < count) {
        cascades.add(closing.add(new Cascade(device())));
      }
    } catch (RuntimeException refused) {
      closing.close();
      throw refused;
    }
    AtomicInteger number = new AtomicInteger();
    others =
        cascades.size() == 1
            ? null
            : Executors.newFixedThreadPool(
                cascades.size() - 1,
                work -> {
                  Thread thread = new Thread(work, "mtcnn-" + number.incrementAndGet());
                  thread.setDaemon(true);
                  return thread;
                });
  }

  /** The device of the networks: never {@code auto}. */
  public Device device() {
    return cascades.get(0).device();
  }

  /** Nanoseconds spent inside ONNX Runtime so far, of all threads together. */
  public long onnxNanos() {
    return account().onnxNanos();
  }

  /** The time of all calls so far, by part. */
  public synchronized MtcnnAccount account() {
    MtcnnAccount sum = MtcnnAccount.NOTHING;
    for (Cascade cascade : cascades) {
      sum = sum.plus(cascade.account());
    }
    return sum.withWallNanos(wallNanos);
  }

  /**
   * Finds the faces of each picture.
   *
   * @return per picture, its faces, best first
   */
  public List<List<Detection>> detect(List<Picture> pictures, MtcnnOptions options) {
    return detect(pictures, Collections.nCopies(pictures.size(), options));
  }

  /**
   * Finds the faces of each picture, each with its own options.
   *
   * @param options as many as pictures
   * @return per picture, its faces, best first
   */
  public synchronized List<List<Detection>> detect(
      List<Picture> pictures, List<MtcnnOptions> options) {
    if (options.size() != pictures.size()) {
      throw new IllegalArgumentException("each picture needs its options");
    }
    long start = System.nanoTime();
    try {
      return cascades.size() == 1
          ? cascades.get(0).detect(pictures, options)
          : shared(pictures, options);
    } finally {
      wallNanos += System.nanoTime() - start;
    }
  }

  private List<List<Detection>> shared(List<Picture> pictures, List<MtcnnOptions> options) {
    int together = Math.max(1, Math.min(MOST_TOGETHER, pictures.size() / (2 * cascades.size())));
    List<List<Detection>> found = new ArrayList<>(Collections.nCopies(pictures.size(), List.of()));
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    int parts = (pictures.size() + together - 1) / together;
    Throwable failed = null;
    try {
      for (int i = 1; i < Math.min(cascades.size(), parts); i++) {
        Cascade cascade = cascades.get(i);
        running.add(
            Objects.requireNonNull(others, "there are cascades to share")
                .submit(() -> takeParts(cascade, pictures, options, together, next, found)));
      }
      takeParts(cascades.get(0), pictures, options, together, next, found);
    } catch (RuntimeException | Error own) {
      // The others still read pictures that the caller closes, so even an Error waits for them.
      failed = own;
    }
    for (Future<?> one : running) {
      failed = worse(failed, ended(one));
    }
    if (failed instanceof Error error) {
      throw error;
    }
    if (failed != null) {
      throw (RuntimeException) failed;
    }
    return found;
  }

  /** Processes parts until none is left. Each part has its own places for results. */
  private static void takeParts(
      Cascade cascade,
      List<Picture> pictures,
      List<MtcnnOptions> options,
      int together,
      AtomicInteger next,
      List<List<Detection>> found) {
    while (true) {
      int from = next.getAndAdd(together);
      if (from >= pictures.size()) {
        return;
      }
      int to = Math.min(from + together, pictures.size());
      List<List<Detection>> part =
          cascade.detect(pictures.subList(from, to), options.subList(from, to));
      for (int i = from; i < to; i++) {
        found.set(i, part.get(i - from));
      }
    }
  }

  /**
   * Waits, even when interrupted, because the thread uses pictures that the caller will close.
   *
   * @return its RuntimeException or Error, or null
   */
  private static @Nullable Throwable ended(Future<?> running) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          running.get();
          return null;
        } catch (InterruptedException again) {
          interrupted = true;
        }
      }
    } catch (ExecutionException failed) {
      // A task without checked exceptions.
      return failed.getCause();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** An Error takes precedence, because it is not a picture's fault. */
  private static @Nullable Throwable worse(@Nullable Throwable one, @Nullable Throwable other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    boolean otherIsWorse = other instanceof Error && !(one instanceof Error);
    Throwable worse = otherIsWorse ? other : one;
    worse.addSuppressed(otherIsWorse ? one : other);
    return worse;
  }

  @Override
  public synchronized void close() {
    if (others != null) {
      others.shutdown();
    }
    closing.close();
  }
}
