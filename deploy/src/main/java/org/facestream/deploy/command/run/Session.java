package org.facestream.deploy.command.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.StageEndedException;
import org.facestream.deploy.command.StandardOutput;
import org.facestream.deploy.process.Shutdown;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.IdentityEvent;
import picocli.CommandLine;

/**
 * The console of an all-in-one: events on the standard output, a status line and everything else on
 * the standard error.
 */
public final class Session {
  /** A status line that is drawn over costs nothing; one that scrolls away should come seldom. */
  private static final Duration ON_A_TERMINAL = Duration.ofSeconds(1);

  private static final Duration ELSEWHERE = Duration.ofSeconds(10);

  private static final Duration LOOK = Duration.ofMillis(500);

  /** What a start may take after which the time begins to count all the same. */
  private static final Duration READY = Duration.ofSeconds(60);

  private final PrintWriter out;
  private final PrintWriter err;
  private final AllInOneOptions options;
  private final Shutdown shutdown = Shutdown.ofProcess();
  private final EventLine lines = new EventLine(ZoneId.systemDefault());
  private final boolean terminal = Boolean.getBoolean("facestream.terminal");
  private boolean statusShown;
  private boolean outputLost;

  /** The reader of the events has ended, for example `head`. */
  private volatile boolean readerGone;

  private int exitCode;

  public Session(CommandLine line, AllInOneOptions options) {
    this.out = line.getOut();
    this.err = line.getErr();
    this.options = options;
  }

  /** Does all of a session's work; a signal ends it in an orderly way. */
  public int orderly(Callable<Integer> work) throws Exception {
    return shutdown.orderly(work);
  }

  public synchronized void say(String line) {
    clearStatus();
    err.println(line);
    err.flush();
  }

  /**
   * When a session had everything under way.
   *
   * @param begin when the stages were ready and, if asked for, every camera gave pictures
   * @param end when the time was over or a signal was received
   */
  public record Window(Instant begin, Instant end) {}

  /**
   * Starts the stages and shows what they do until the time is over or a signal comes.
   *
   * @param cameras that are registered
   * @param everyCamera whether the time begins only when every camera gives pictures
   * @param observer sees every event too
   */
  public Window run(
      AllInOne everything,
      List<Camera> cameras,
      boolean everyCamera,
      Consumer<IdentityEvent> observer)
      throws InterruptedException {
    return run(everything, cameras, everyCamera, observer, Optional.empty());
  }

  /** The same for files that are read once; ends too when all of them are done with. */
  void replay(AllInOne everything, List<Camera> cameras) throws InterruptedException {
    try (Replay replay = new Replay(everything)) {
      run(everything, cameras, false, replay::saw, Optional.of(replay));
    }
  }

  private Window run(
      AllInOne everything,
      List<Camera> cameras,
      boolean everyCamera,
      Consumer<IdentityEvent> observer,
      Optional<Replay> replay)
      throws InterruptedException {
    Window window;
    try (EventFeed feed =
        new EventFeed(
            everything.clients(),
            event -> {
              observer.accept(event.identity());
              show(event);
            })) {
      shutdown.refuseWhenRequested();
      everything.startStages(this::say);
      shutdown.underWay();
      introduce(everything, cameras, replay.isPresent());
      awaitReady(everything, everyCamera ? cameras.size() : 0);
      Instant begin = Instant.now();
      watch(everything, replay);
      window = new Window(begin, Instant.now());
    }
    judge(everything, cameras);
    return window;
  }

  private void awaitReady(AllInOne everything, int cameras) throws InterruptedException {
    CameraStates states = new CameraStates(everything.worker().telemetry());
    long deadline = System.nanoTime() + READY.toNanos();
    while (!everything.notReady().isEmpty() || states.live() < cameras) {
      if (System.nanoTime() > deadline) {
        String reasons = everything.notReady();
        say(
            "Not everything is ready: "
                + (reasons.isEmpty()
                    ? String.format(
                        Locale.ROOT, "%d of %d cameras send pictures", states.live(), cameras)
                    : reasons));
        return;
      }
      if (shutdown.await(Duration.ofMillis(50)) || everything.worker().failure().isPresent()) {
        return;
      }
    }
  }

  /** A run of limited time that saw no picture has failed. */
  private void judge(AllInOne everything, List<Camera> cameras) {
    if (options.duration().isEmpty() || shutdown.isRequested() || cameras.isEmpty()) {
      return;
    }
    CameraStates states = new CameraStates(everything.worker().telemetry());
    List<String> dark =
        cameras.stream()
            .filter(camera -> camera.enabled() && states.frames(camera.id()) == 0)
            .map(camera -> camera.id() + " (" + states.fault(camera.id()) + ")")
            .toList();
    if (!dark.isEmpty()) {
      say(
          ("facestream: no picture came from %s: check address, password and network, and "
                  + "that the camera is on.")
              .formatted(String.join(", ", dark)));
    }
    if (dark.size() == cameras.size()) {
      exitCode = Complaints.FAILURE;
    }
  }

  public int exitCode() {
    return exitCode;
  }

  private void introduce(AllInOne everything, List<Camera> cameras, boolean replay) {
    say(
        switch (cameras.size()) {
          case 0 ->
              "Running, but there is no camera yet: `facestream camera add ID URL` adds one while"
                  + " this runs.";
          case 1 -> "Running with 1 camera.";
          default -> "Running with " + cameras.size() + " cameras.";
        });
    say(
        "  api       "
            + everything.endpoints().api()
            + "/api/v1/docs (`facestream key add` makes a key)");
    say("  metrics   " + everything.endpoints().metrics());
    say("  kafka     " + everything.endpoints().bootstrapServers());
    say(
        "  database  %s, user %s, password in %s"
            .formatted(
                everything.endpoints().jdbcUrl(),
                everything.endpoints().databaseUser(),
                everything.endpoints().passwordFile()));
    boolean ends = replay && cameras.stream().noneMatch(Replay::isLive);
    String end =
        ends
            ? "  It ends when everything is read and stored, or with Ctrl-C."
            : "  Ctrl-C ends it.";
    say(options.duration().isPresent() ? "" : end);
  }

  private void watch(AllInOne everything, Optional<Replay> replay) throws InterruptedException {
    StatusLine status = new StatusLine(everything.worker().telemetry());
    long end = System.nanoTime() + options.duration().orElse(Duration.ofDays(36_500)).toNanos();
    Duration interval = terminal ? ON_A_TERMINAL : ELSEWHERE;
    long nextStatus = System.nanoTime() + interval.toNanos();
    while (true) {
      long now = System.nanoTime();
      long left = Math.min(end, nextStatus) - now;
      if (now >= end
          || shutdown.await(left < LOOK.toNanos() ? Duration.ofNanos(Math.max(0, left)) : LOOK)) {
        break;
      }
      Optional<String> failure = everything.worker().failure();
      if (failure.isPresent()) {
        end(failure.get());
        return;
      }
      if (readerGone) {
        break;
      }
      if (replay.isPresent() && replay.get().over()) {
        tell(replay.get());
        return;
      }
      if (System.nanoTime() >= nextStatus) {
        nextStatus += interval.toNanos();
        String notReady = everything.notReady();
        showStatus(status.next() + (notReady.isEmpty() ? "" : " · NOT READY: " + notReady));
      }
    }
    say(
        shutdown.isRequested() || readerGone
            ? "Stopping."
            : "The time given by --seconds is over; stopping.");
  }

  /** Broker and database are closed as at any other end. */
  private void end(String why) {
    shutdown.begins();
    say("facestream: " + new StageEndedException(why).getMessage());
    exitCode = Complaints.FAILURE;
  }

  private void tell(Replay replay) {
    say(replay.summary());
    if (!replay.unread().isEmpty()) {
      say("facestream: these could not be read: " + String.join(", ", replay.unread()) + ".");
      exitCode = Complaints.FAILURE;
    }
  }

  private synchronized void show(EventFeed.Event event) {
    clearStatus();
    out.println(
        options.json()
            ? new String(event.json(), StandardCharsets.UTF_8)
            : lines.of(event.identity()));
    Optional<IOException> failure = StandardOutput.failure(out);
    if (failure.isPresent() && !outputLost) {
      outputLost = true;
      readerGone = "Broken pipe".equals(failure.get().getMessage());
      say(
          "facestream: Events cannot be printed (%s); they are still stored."
              .formatted(UserError.reason(failure.get())));
    }
  }

  private synchronized void showStatus(String line) {
    if (terminal) {
      clearStatus();
      err.print(line);
      statusShown = true;
    } else {
      err.println(line);
    }
    err.flush();
  }

  private void clearStatus() {
    if (statusShown) {
      // Back to the line's begin, and delete to its end.
      err.print("\r\033[K");
      err.flush();
      statusShown = false;
    }
  }
}
