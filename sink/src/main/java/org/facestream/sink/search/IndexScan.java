package org.facestream.sink.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.facestream.recognizer.facenet.Metric;
import org.facestream.sink.search.FaceIndex.View;
import org.facestream.sink.search.Nearest.Near;

/**
 * Finds the nearest rows of an index: every thread takes the next block of codes, until there is
 * none, and keeps the rows that may be among the nearest; then these are compared with their
 * float32 values.
 */
public final class IndexScan implements AutoCloseable {
  private final ExecutorService threads;
  private final int count;

  /** For the next search: their memory is outside the heap, and big. */
  private final Queue<Block> blocks = new ConcurrentLinkedQueue<>();

  private volatile int valuesOfBlocks;

  /**
   * @param count of threads, for all searches together
   */
  public IndexScan(int count) {
    this.count = count;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, "face-search-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * A face of an index.
   *
   * @param row the row id
   * @param distance by the metric
   */
  public record Hit(long row, float distance) {}

  /** The nearest faces of an index, whatever the database says. */
  public List<Hit> nearest(FaceIndex index, float[] descriptor, Metric metric, int most)
      throws IOException {
    Comparison comparison = new Comparison(descriptor, metric);
    index.reading().lock();
    try {
      return nearest(index.content().views(), comparison, RowFilter.all(), most).stream()
          .map(near -> new Hit(near.row(), comparison.distance(near.exactly())))
          .toList();
    } finally {
      index.reading().unlock();
    }
  }

  /** Blocks of a view. */
  private record Part(View view, long first, long blocks) {}

  /**
   * Finds them, nearest first; the caller {@linkplain FaceIndex#reading holds} the index.
   *
   * @param views segments with descriptors of the query's model
   * @param most how many are wanted
   */
  List<Near> nearest(List<View> views, Comparison comparison, RowFilter filter, int most)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    long total = 0;
    for (View view : views) {
      if (view.description().values() == comparison.values() && view.description().rows() > 0) {
        parts.add(new Part(view, total, view.description().blocks()));
        total += view.description().blocks();
      }
    }
    if (comparison.values() != valuesOfBlocks) {
      blocks.clear();
      valuesOfBlocks = comparison.values();
    }
    Nearest.Limit limit = new Nearest.Limit();
    AtomicLong next = new AtomicLong();
    List<Callable<List<Near>>> works = new ArrayList<>();
    for (int i = 0; i < Math.min(count, total); i++) {
      works.add(() -> scan(parts, next, comparison, filter, new Nearest(comparison, most, limit)));
    }
    List<Near> all = new ArrayList<>();
    for (List<Near> found : run(works)) {
      all.addAll(found);
    }
    all.sort(Near.ORDER);
    return all.size() > most ? new ArrayList<>(all.subList(0, most)) : all;
  }

  private List<List<Near>> run(List<Callable<List<Near>>> works) throws IOException {
    try {
      List<List<Near>> results = new ArrayList<>();
      for (Future<List<Near>> work : threads.invokeAll(works)) {
        results.add(work.get());
      }
      return results;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException unreadable) {
        throw new IOException("the search index cannot be read", unreadable);
      }
      throw new IllegalStateException("a search failed", failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while searching", interrupted);
    }
  }

  private List<Near> scan(
      List<Part> parts, AtomicLong next, Comparison comparison, RowFilter filter, Nearest nearest)
      throws IOException {
    Block pooled = blocks.poll();
    Block block =
        pooled != null && pooled.values() == comparison.values()
            ? pooled
            : new Block(comparison.values());
    int[] sums = new int[Block.ROWS];
    int part = 0;
    while (true) {
      long number = next.getAndIncrement();
      while (part < parts.size() && number >= parts.get(part).first() + parts.get(part).blocks()) {
        part++;
      }
      if (part == parts.size()) {
        break;
      }
      View view = parts.get(part).view();
      long place = number - parts.get(part).first();
      view.segment().read(block, place);
      block.sums(comparison.steps(), sums);
      take(view, place * Block.ROWS, block, sums, comparison, filter, nearest);
    }
    blocks.add(block);
    return nearest.take();
  }

  private static void take(
      View view,
      long first,
      Block block,
      int[] sums,
      Comparison comparison,
      RowFilter filter,
      Nearest nearest)
      throws IOException {
    int rows = (int) Math.min(Block.ROWS, view.description().rows() - first);
    double limit = nearest.limit();
    for (int row = 0; row < rows; row++) {
      double about =
          comparison.about(comparison.product(sums[row], block.scales[row]), block.norms[row]);
      double doubt = comparison.doubt(block.errors[row], block.norms[row]);
      // False for what is not a number.
      if (about - doubt <= limit
          && block.rows[row] != 0
          && filter.accepts(block.rows[row], block.millis[row])) {
        nearest.offer(view, first + row, block.rows[row], about - doubt, about + doubt);
        limit = nearest.limit();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
