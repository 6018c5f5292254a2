package org.facestream.recognizer.gallery.enrol;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.recognizer.gallery.contract.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures on their way: read and examined by as many threads as there are examiners, handed on in
 * the order in which they were submitted. In memory are at most as many pictures as threads, and of
 * a few more what was found in them.
 */
final class PictureQueue implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PictureQueue.class);

  /** Number of pictures per thread that are processed ahead. */
  private static final int AHEAD = 4;

  private final BlockingQueue<FaceExaminer> idle;
  private final BiPredicate<String, String> settled;
  private final ExecutorService threads;
  private final int most;

  /**
   * What was found in a picture.
   *
   * @param faceId as in {@link Reference}
   * @param examination has been done, unless it seemed needless
   * @param refused when it could not even be read
   */
  record Examined(
      String name,
      String source,
      String faceId,
      Examination examination,
      Optional<EnrolmentResult.Refused> refused) {}

  /**
   * @param examiners one per thread
   * @param settled tells of a person's name and a face id whether the face need not be looked for
   */
  PictureQueue(List<FaceExaminer> examiners, BiPredicate<String, String> settled) {
    this.idle = new ArrayBlockingQueue<>(examiners.size(), false, examiners);
    this.settled = settled;
    this.most = AHEAD * examiners.size();
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            examiners.size(),
            work -> {
              Thread thread = new Thread(work, "enrolment-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Returns when everything that was begun is handed on.
   *
   * @param stop is asked before each; when it says so no further one is begun
   * @param next takes them, in this thread
   */
  void examineAll(
      Iterable<? extends Submission> pictures, BooleanSupplier stop, Consumer<Examined> next) {
    Deque<Future<Examined>> begun = new ArrayDeque<>();
    try {
      for (Submission picture : pictures) {
        if (stop.getAsBoolean()) {
          break;
        }
        begun.add(threads.submit(() -> examine(picture)));
        if (begun.size() == most) {
          next.accept(result(begun.remove()));
        }
      }
      while (!begun.isEmpty()) {
        next.accept(result(begun.remove()));
      }
    } finally {
      begun.forEach(late -> late.cancel(false));
    }
  }

  private Examined examine(Submission submission) throws InterruptedException {
    if (submission instanceof Submission.PictureFile picture) {
      FaceExaminer examiner = idle.take();
      try {
        return examine(picture, examiner);
      } finally {
        idle.add(examiner);
      }
    }
    return unreadable(((Submission.Unusable) submission).refused());
  }

  private Examined examine(Submission.PictureFile picture, FaceExaminer examiner) {
    byte[] encoded;
    try {
      encoded = PictureBytes.read(picture.file());
    } catch (RefusedException unreadable) {
      return unreadable(
          new EnrolmentResult.Refused(
              picture.source(),
              picture.name(),
              unreadable.reason(),
              String.valueOf(unreadable.getMessage())));
    }
    String faceId = examiner.faceId(encoded);
    Examination examination =
        settled.test(picture.name(), faceId)
            ? () -> examiner.examine(PictureBytes.read(picture.file()))
            : examine(encoded, examiner);
    return new Examined(picture.name(), picture.source(), faceId, examination, Optional.empty());
  }

  private static Examination examine(byte[] encoded, FaceExaminer examiner) {
    try {
      ExaminedFace face = examiner.examine(encoded);
      return () -> face;
    } catch (RefusedException refused) {
      return () -> {
        throw refused;
      };
    } catch (RuntimeException failed) {
      // One picture, of whatever kind, must not end the enrolment of thousands.
      log.error("looking for the face of a picture failed", failed);
      return () -> {
        throw new RefusedException(
            "failed",
            "looking for a face failed with %s; the log says where"
                .formatted(failed.getClass().getSimpleName()));
      };
    }
  }

  private static Examined unreadable(EnrolmentResult.Refused refused) {
    return new Examined(
        refused.name(),
        refused.source(),
        "",
        () -> {
          throw new RefusedException(refused.reason(), refused.message());
        },
        Optional.of(refused));
  }

  private static Examined result(Future<Examined> begun) {
    try {
      return begun.get();
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  /** Waits for what the threads are at: the caller closes the networks next. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      while (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
        // A picture takes seconds at most.
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
