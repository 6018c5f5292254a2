package org.facestream.deploy.command.enrol;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of many pictures: a progress bar on a terminal, otherwise a line every ten seconds.
 * Print other lines with {@link #say}, so that they do not overwrite the bar.
 */
final class EnrolmentProgress implements AutoCloseable {
  private static final long EVERY = Duration.ofSeconds(10).toNanos();
  private static final int COLUMNS = 79;

  private final PrintWriter err;
  private final int all;

  /** Null where nothing can be drawn over. */
  private final @Nullable ProgressBar bar;

  private final long start = System.nanoTime();
  private long told = start;
  private int done;

  /**
   * @param all how many pictures there will be
   * @param terminal whether what is written to {@code err} can be drawn over
   */
  EnrolmentProgress(PrintWriter err, int all, boolean terminal) {
    this.err = err;
    this.all = all;
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName("Enrolling")
                .setInitialMax(all)
                .setUnit("", 1)
                .showSpeed()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .setConsumer(new Drawn())
                .build()
            : null;
  }

  /** One more is done. */
  void step() {
    done++;
    if (bar != null) {
      bar.step();
    } else if (System.nanoTime() - told > EVERY) {
      told = System.nanoTime();
      double seconds = (told - start) / 1e9;
      err.printf(
          Locale.ROOT,
          "%d of %d pictures, %.0f per second, %.0f min left%n",
          done,
          all,
          done / seconds,
          Math.ceil(seconds / done * (all - done) / 60));
      err.flush();
    }
  }

  /** Writes something in between. */
  void say(PrintWriter to, String line) {
    synchronized (err) {
      if (bar != null) {
        clear();
      }
      to.println(line);
      to.flush();
    }
  }

  private void clear() {
    // Back to the line's begin, and delete to its end.
    err.print("\r\033[K");
    err.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  /** The library draws from a thread of its own. */
  private final class Drawn implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return COLUMNS;
    }

    @Override
    public void accept(String line) {
      synchronized (err) {
        clear();
        err.print(line);
        err.flush();
      }
    }

    @Override
    public void clear() {
      EnrolmentProgress.this.clear();
    }

    @Override
    public void close() {
      synchronized (err) {
        err.println();
        err.flush();
      }
    }
  }
}
