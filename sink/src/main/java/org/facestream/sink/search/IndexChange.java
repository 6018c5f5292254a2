package org.facestream.sink.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.facestream.sink.search.FaceIndex.Content;
import org.facestream.sink.search.FaceIndex.View;

/**
 * One change of an index by the process that {@linkplain FaceIndex#owned owns} it: erases and
 * appends rows. Searches see what was appended when it is {@linkplain #publish published}, what is
 * erased at once.
 */
public final class IndexChange implements AutoCloseable {
  private final FaceIndex index;
  private final Map<Segment.Description, Segment> made = new HashMap<>();
  private final Map<Segment, Segment.Appender> appenders = new HashMap<>();
  private final Manifest before;
  private Manifest manifest;
  private long generation;

  /** Generations that are not published any more. */
  private final Set<Long> leaving = new HashSet<>();

  private boolean published;

  /**
   * Begins a change.
   *
   * @throws IllegalStateException when another process owns the index
   */
  public IndexChange(FaceIndex index) {
    if (!index.owned()) {
      throw new IllegalStateException("another process writes the index " + index.folder());
    }
    this.index = index;
    this.before = index.content().manifest();
    this.manifest = before;
    this.generation =
        manifest.segments().stream().mapToLong(Segment.Description::generation).max().orElse(0);
  }

  /** Whether the index is another one than at the beginning. */
  boolean changed() {
    return !manifest.equals(before);
  }

  Manifest manifest() {
    return manifest;
  }

  /** Begins a new index, of a database. */
  void clear(String database) throws IOException {
    Manifest empty = Manifest.empty(database);
    show(
        new Manifest(
            Manifest.VERSION, database, 0, manifest.erasures() + 1, empty.followed(), List.of()));
  }

  /** Drops segments. */
  void drop(Predicate<Segment.Description> which) throws IOException {
    List<Segment.Description> kept = manifest.segments().stream().filter(which.negate()).toList();
    if (kept.size() < manifest.segments().size()) {
      show(with(manifest.horizon(), manifest.erasures() + 1, kept));
    }
  }

  /** Makes the segments of days anew; the old ones are searched until that is published. */
  void replace(Set<String> days) {
    for (Segment.Description each : manifest.segments()) {
      if (days.contains(each.day())) {
        leaving.add(each.generation());
      }
    }
  }

  /** Sets rows to zero; returns how many there were. */
  int erase(String day, Set<Long> rows) throws IOException {
    int erased = 0;
    boolean noted = false;
    index.writing().lock();
    try {
      for (View view : index.content().views()) {
        if (!view.description().day().equals(day)) {
          continue;
        }
        // Before the first byte is gone, so that readers of other processes notice.
        if (!noted) {
          noted = true;
          show(with(manifest.horizon(), manifest.erasures() + 1, manifest.segments()));
        }
        int here = view.segment().erase(rows, view.description());
        if (here > 0) {
          view.segment().force();
          erased += here;
          set(
              view.description()
                  .with(view.description().rows(), view.description().erased() + here));
        }
      }
    } finally {
      index.writing().unlock();
    }
    return erased;
  }

  /**
   * Appends a row; one with values that are not finite is left out.
   *
   * @param day UTC
   * @param model of the descriptor
   * @param table the partition that it is of
   */
  public void add(String day, String model, long table, IndexedFace face) throws IOException {
    for (float value : face.descriptor()) {
      if (!Float.isFinite(value)) {
        return;
      }
    }
    int values = face.descriptor().length;
    Segment.Description description = find(day, model, values, table);
    Segment segment = made.get(description.with(0, 0));
    if (segment == null) {
      segment = index.opened(description).orElse(null);
      if (segment == null) {
        segment = Segment.open(index.folder(), description, true, true);
      }
      made.put(description.with(0, 0), segment);
    }
    Segment.Appender appender = appenders.get(segment);
    if (appender == null) {
      appender = segment.new Appender(description.rows());
      appenders.put(segment, appender);
    }
    appender.add(face);
  }

  private Segment.Description find(String day, String model, int values, long table) {
    for (Segment.Description each : manifest.segments()) {
      if (!leaving.contains(each.generation())
          && each.values() == values
          && each.table() == table
          && each.day().equals(day)
          && each.model().equals(model)) {
        return each;
      }
    }
    Segment.Description added =
        new Segment.Description(day, model, values, table, ++generation, 0, 0);
    List<Segment.Description> all = new ArrayList<>(manifest.segments());
    all.add(added);
    manifest = with(manifest.horizon(), manifest.erasures(), all);
    return added;
  }

  private void set(Segment.Description changed) {
    manifest =
        with(
            manifest.horizon(),
            manifest.erasures(),
            manifest.segments().stream()
                .map(each -> each.with(0, 0).equals(changed.with(0, 0)) ? changed : each)
                .toList());
  }

  private Manifest with(long horizon, long erasures, List<Segment.Description> segments) {
    return new Manifest(
        Manifest.VERSION, manifest.database(), horizon, erasures, manifest.followed(), segments);
  }

  /** Writes what was appended to the disk, and lets searches see it. */
  public void publish(long horizon) throws IOException {
    for (Map.Entry<Segment.Description, Segment> each : made.entrySet()) {
      Segment.Appender appender = appenders.get(each.getValue());
      if (appender != null) {
        long rows = appender.flush();
        each.getValue().force();
        manifest.segments().stream()
            .filter(known -> known.with(0, 0).equals(each.getKey()))
            .findFirst()
            .ifPresent(known -> set(known.with(rows, known.erased())));
      }
    }
    Manifest.force(index.folder());
    manifest =
        new Manifest(
            Manifest.VERSION,
            manifest.database(),
            horizon,
            manifest.erasures(),
            System.currentTimeMillis(),
            manifest.segments().stream()
                .filter(each -> !leaving.contains(each.generation()))
                .toList());
    show(manifest);
    published = true;
    index.deleteOthers();
  }

  /** Makes a manifest the valid one, on the disk and for searches. */
  private void show(Manifest next) throws IOException {
    manifest = next;
    manifest.write(index.folder());
    List<View> views = new ArrayList<>();
    for (Segment.Description each : next.segments()) {
      Segment open = made.get(each.with(0, 0));
      views.add(new View(open == null ? index.opened(each).orElseThrow() : open, each));
    }
    index.show(new Content(next, List.copyOf(views)));
  }

  /** Closes files that were made for nothing. */
  @Override
  public void close() throws IOException {
    if (!published) {
      Set<Segment> shown = Set.copyOf(index.content().views().stream().map(View::segment).toList());
      for (Segment segment : made.values()) {
        if (!shown.contains(segment)) {
          segment.close();
        }
      }
    }
  }
}
