package org.facestream.deploy.process;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process in an orderly way on SIGTERM and SIGINT: the signal only wakes the main thread,
 * which then closes everything. The process ends with the main thread's exit code, 0 when all went
 * well.
 */
public final class Shutdown {
  /** An orderly end takes seconds; what takes longer than this hangs. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

  private static final Shutdown INSTANCE = new Shutdown();

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private volatile boolean underWay;

  /** Is done when what {@link #orderly} does is. */
  private volatile Future<?> work = CompletableFuture.completedFuture(null);

  private Shutdown() {}

  /** The process's own; a process ends once. */
  public static Shutdown ofProcess() {
    return INSTANCE;
  }

  /** While it is open, a signal wakes {@link #await}, and the process waits for {@link #exit}. */
  private final class Watch implements AutoCloseable {
    private final Optional<Signals> signals = Signals.take(Shutdown.this::onSignal);
    private final Thread hook = new Thread(Shutdown.this::onEnd, "shutdown");

    private Watch() {
      if (signals.isEmpty()) {
        Runtime.getRuntime().addShutdownHook(hook);
      }
      // A broker that loses its disk ends its process at once, which must be reported.
      Exit.setHaltProcedure(Shutdown::onBrokerFailure);
      Exit.setExitProcedure(Shutdown::onBrokerFailure);
    }

    @Override
    public void close() {
      Exit.resetHaltProcedure();
      Exit.resetExitProcedure();
      signals.ifPresent(Signals::close);
      if (signals.isPresent()) {
        return;
      }
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        // The signal came: the hook waits for the exit code.
        return;
      }
    }
  }

  private Watch watch() {
    return new Watch();
  }

  /**
   * Does work that a signal ends. A signal in the middle of its start is an orderly end too, and
   * what fails then is no failure.
   *
   * @return the work's exit code, 0 when a signal cut its start short
   */
  public int orderly(Callable<Integer> work) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    this.work = done;
    try (Watch signals = watch()) {
      return work.call();
    } catch (Exception | LinkageError failed) {
      if (underWay || !isRequested()) {
        throw failed;
      }
      log.info("a signal stopped the start", failed);
      return 0;
    } finally {
      done.complete(null);
    }
  }

  /**
   * Ends the start here when a signal was received.
   *
   * @throws CancellationException for {@link #orderly} to catch
   */
  public void refuseWhenRequested() {
    if (isRequested()) {
      throw new CancellationException("a signal was received");
    }
  }

  /** The start is complete: from now on, failures count even after a signal. */
  public void underWay() {
    underWay = true;
  }

  /** Whether a signal has come. */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /**
   * The work has ended, and its resources are being closed: if that hangs, as it may with a device
   * that is lost, the process ends all the same.
   */
  public void begins() {
    haltUnless(work);
  }

  /**
   * Waits for a signal.
   *
   * @return true when it came, false when the time passed first
   */
  public boolean await(Duration longest) throws InterruptedException {
    return requested.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends the process, with this code also when a signal began the end. */
  public static void exit(int code) {
    INSTANCE.exitCode.complete(code);
    System.exit(code);
  }

  private static void onBrokerFailure(int code, String message) {
    System.err.println(
        "\nfacestream: the embedded Kafka cannot continue: free disk space in the data "
            + "folder, then start again; its logs/facestream.log contains the details.");
    Runtime.getRuntime().halt(code == 0 ? 1 : code);
  }

  /** The main thread does the rest; only if it hangs, another ends the process. */
  private void onSignal() {
    requested.countDown();
    haltUnless(exitCode);
  }

  private static void haltUnless(Future<?> done) {
    Thread patience =
        new Thread(
            () -> {
              try {
                done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
              } catch (TimeoutException hanging) {
                hangs();
              } catch (ExecutionException | InterruptedException impossible) {
                Thread.currentThread().interrupt();
              }
            },
            "shutdown-patience");
    patience.setDaemon(true);
    patience.start();
  }

  private static void hangs() {
    System.err.println("facestream: did not end within " + PATIENCE.toSeconds() + " s");
    Runtime.getRuntime().halt(1);
  }

  /** The same as a shutdown hook, where signals cannot be taken over. */
  private void onEnd() {
    if (exitCode.isDone()) {
      // The main thread came here by itself.
      return;
    }
    requested.countDown();
    int code = 1;
    try {
      code = exitCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException hanging) {
      hangs();
    } catch (ExecutionException | InterruptedException failed) {
      code = 1;
    }
    // A hook cannot change the code that the signal gave, other than so.
    Runtime.getRuntime().halt(code);
  }
}
