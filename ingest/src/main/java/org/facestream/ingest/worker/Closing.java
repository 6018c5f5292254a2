package org.facestream.ingest.worker;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes in reverse order of {@link #add adding}, attempts every close, and keeps every exception
 * (the first thrown, the others suppressed in it; an Error counts as one). Closing again does
 * nothing.
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
    Throwable first = null;
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
      } catch (Exception | Error failed) {
        if (failed instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        if (first == null) {
          first = failed;
        } else {
          first.addSuppressed(failed);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (first != null) {
      throw new IllegalStateException("closing failed", first);
    }
  }
}
