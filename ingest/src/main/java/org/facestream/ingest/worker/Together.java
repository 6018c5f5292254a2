package org.facestream.ingest.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs tasks in parallel, each on its own thread, and waits for all. */
public final class Together {
  private Together() {}

  /**
   * Returns when all tasks have ended.
   *
   * @param pieces one for each task
   * @param name of a task's thread
   * @param work may throw
   * @throws RuntimeException or Error, the first exception, with the others suppressed
   */
  public static <T> void run(List<T> pieces, Function<T, String> name, Consumer<T> work) {
    List<FutureTask<Void>> tasks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (T piece : pieces) {
      FutureTask<Void> task = new FutureTask<>(() -> work.accept(piece), null);
      tasks.add(task);
      threads.add(new Thread(task, name.apply(piece)));
    }
    threads.forEach(Thread::start);
    Throwable first = null;
    for (FutureTask<Void> task : tasks) {
      Throwable failed = end(task, threads);
      if (first == null) {
        first = failed;
      } else if (failed != null) {
        first.addSuppressed(failed);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException unchecked) {
      throw unchecked;
    }
  }

  /** Null for a task that did not fail. An interrupt is forwarded to all running tasks. */
  private static @Nullable Throwable end(FutureTask<Void> task, List<Thread> threads) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (InterruptedException asked) {
          interrupted = true;
          threads.forEach(Thread::interrupt);
        } catch (ExecutionException failed) {
          return failed.getCause();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
