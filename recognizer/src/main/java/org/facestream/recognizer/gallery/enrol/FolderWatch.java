package org.facestream.recognizer.gallery.enrol;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enrols the pictures in a folder, and pictures that are added later. A file is read when it was
 * not written to for a while, and again when it changes. Removing a file does not change the
 * gallery.
 *
 * <p>New files are found by scanning the folder, when the operating system reports a change and at
 * regular intervals, because not every file system reports changes. For one thread.
 */
public final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);

  /** A file that is being copied is written to more often than this. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private static final Duration RESCAN = Duration.ofSeconds(30);
  private static final Duration SLICE = Duration.ofMillis(200);

  private final EnrolmentFolder folder;
  private final Enrolment enrolment;
  private final WatchService service;
  private final Map<Path, WatchKey> watched = new HashMap<>();
  private final Map<Path, Look> pending = new HashMap<>();
  private final Map<Path, State> handled = new HashMap<>();

  /** Attributes that change when a file is written to. */
  private record State(long size, long modified) {}

  /** When a file was first seen as it is. */
  private record Look(State state, long since) {}

  /** Enrolment and folder stay their owner's. */
  public FolderWatch(EnrolmentFolder folder, Enrolment enrolment) {
    this.folder = folder;
    this.enrolment = enrolment;
    try {
      this.service = folder.root().getFileSystem().newWatchService();
    } catch (IOException failed) {
      throw new UserError(
          "Folders cannot be watched here (%s). Enrol without --watch."
              .formatted(failed.getMessage()),
          failed);
    }
  }

  /**
   * Watches until it is stopped.
   *
   * @param each receives the result of each file
   * @param stop checked several times per second
   * @throws UserError when the folder cannot be read any more, or Kafka not be written to
   */
  public void run(Consumer<EnrolmentResult> each, BooleanSupplier stop) {
    while (!stop.getAsBoolean()) {
      List<Submission> ready = ready();
      if (!ready.isEmpty()) {
        enrolment.enrolAll(ready, each, stop);
      }
      await(pending.isEmpty() ? RESCAN : SETTLED.dividedBy(2), stop);
    }
  }

  /** What has settled since it was last looked at. */
  private List<Submission> ready() {
    List<Submission> ready = new ArrayList<>();
    Set<Path> there = new HashSet<>();
    // First watched, then looked through: nothing can appear in between.
    watched.values().removeIf(key -> !key.isValid());
    folder.folders().forEach(this::watch);
    for (Submission found : folder.submissions()) {
      there.add(found.file());
      State state = state(found);
      if (state.equals(handled.get(found.file()))) {
        continue;
      }
      Look look = pending.get(found.file());
      if (look == null || !look.state().equals(state)) {
        pending.put(found.file(), new Look(state, System.nanoTime()));
      } else if (System.nanoTime() - look.since() >= SETTLED.toNanos()) {
        pending.remove(found.file());
        handled.put(found.file(), state);
        ready.add(found);
      }
    }
    pending.keySet().retainAll(there);
    handled.keySet().retainAll(there);
    return ready;
  }

  private static State state(Submission found) {
    if (found instanceof Submission.PictureFile) {
      try {
        BasicFileAttributes now = Files.readAttributes(found.file(), BasicFileAttributes.class);
        return new State(now.size(), now.lastModifiedTime().toMillis());
      } catch (IOException gone) {
        return new State(-1, 0);
      }
    }
    // Refused for what it is, whatever is written to it.
    return new State(-2, 0);
  }

  private void watch(Path place) {
    if (watched.containsKey(place)) {
      return;
    }
    try {
      watched.put(
          place,
          place.register(
              service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY));
    } catch (IOException | ClosedWatchServiceException refused) {
      log.debug("a folder is only scanned from time to time", refused);
    }
  }

  /** Waits until something changes, the time is over, or it is stopped. */
  private void await(Duration longest, BooleanSupplier stop) {
    long end = System.nanoTime() + longest.toNanos();
    try {
      while (!stop.getAsBoolean() && System.nanoTime() < end) {
        WatchKey changed = service.poll(SLICE.toMillis(), TimeUnit.MILLISECONDS);
        if (changed != null) {
          do {
            changed.pollEvents();
            changed.reset();
            changed = service.poll();
          } while (changed != null);
          // When many files are written, the folder should not be scanned for each.
          TimeUnit.MILLISECONDS.sleep(SLICE.toMillis());
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException failed) {
      log.debug("watching the folder did not end cleanly", failed);
    }
  }
}
