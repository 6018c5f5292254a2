package org.facestream.deploy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.utils.Exit;

/**
 * Ends the process in an orderly way on SIGTERM and SIGINT: the signal only wakes the main thread,
 * which closes what it opened as at any other end. The process ends with the main thread's exit
 * code, 0 when all went well.
 */
public final class Shutdown {
  /** An orderly end takes seconds; what takes longer than this hangs. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Shutdown INSTANCE = new Shutdown();

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private Shutdown() {}

  /** The process's own; a process ends once. */
  public static Shutdown ofProcess() {
    return INSTANCE;
  }

  /** While it is open, a signal wakes {@link #await}, and the process waits for {@link #exit}. */
  public final class Watch implements AutoCloseable {
    private final Thread hook = new Thread(Shutdown.this::onSignal, "shutdown");

    private Watch() {
      Runtime.getRuntime().addShutdownHook(hook);
      // A broker that loses its disk ends its process at once; that must not happen without a word.
      Exit.setHaltProcedure(Shutdown::onBrokerFailure);
      Exit.setExitProcedure(Shutdown::onBrokerFailure);
    }

    @Override
    public void close() {
      Exit.resetHaltProcedure();
      Exit.resetExitProcedure();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        // The signal came: the hook waits for the exit code.
        return;
      }
    }
  }

  /** Begins to watch for signals. */
  public Watch watch() {
    return new Watch();
  }

  /** Whether a signal has come. */
  public boolean isRequested() {
    return requested.getCount() == 0;
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
  static void exit(int code) {
    INSTANCE.exitCode.complete(code);
    System.exit(code);
  }

  private static void onBrokerFailure(int code, String message) {
    System.err.println(
        "\nfacestream: the embedded Kafka cannot go on: free disk in the data folder, then start"
            + " again; logs/facestream.log in it has the details.");
    Runtime.getRuntime().halt(code == 0 ? 1 : code);
  }

  private void onSignal() {
    if (exitCode.isDone()) {
      // The main thread came here by itself.
      return;
    }
    requested.countDown();
    int code = 1;
    try {
      code = exitCode.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException hanging) {
      System.err.println("facestream: did not end within " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException | InterruptedException failed) {
      code = 1;
    }
    // A hook cannot change the code that the signal gave, other than so.
    Runtime.getRuntime().halt(code);
  }
}
