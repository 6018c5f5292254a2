package org.facestream.ingest.worker;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes in reverse order of {@link #add adding}, attempts every close, and keeps every exception
 * (the first thrown, the others suppressed in it). Closing again does nothing.
 */
public final class Closing implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Takes over the closing of a resource and returns it. */
  public synchronized <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (true) {
      AutoCloseable next;
      synchronized (this) {
        next = open.poll();
      }
      if (next == null) {
        break;
      }
      try {
        next.close();
      } catch (Exception failed) {
        if (failed instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        if (first == null) {
          first =
              failed instanceof RuntimeException unchecked
                  ? unchecked
                  : new IllegalStateException("closing failed", failed);
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
