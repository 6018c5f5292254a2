package org.facestream.ingest.worker;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes resources in reverse order of {@link #add adding}, attempts every close, and keeps every
 * exception: it throws the first, with the others suppressed. An Error counts as an exception.
 * Closing again has no effect.
 */
public final class Closing implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Registers a resource for closing and returns it. */
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
