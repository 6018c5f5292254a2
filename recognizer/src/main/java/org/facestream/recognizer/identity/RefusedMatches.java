package org.facestream.recognizer.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.facestream.ingest.worker.kafka.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That of which something came that Kafka never takes: matches, and tracks that ended. With
 * exactly-once the transaction fails with such a record, whatever a handler says, and they come
 * again: this remembers which of them is to become a dead letter then. Safe for use by several
 * threads.
 */
public final class RefusedMatches {
  /** Key of Streams' setting that holds it. */
  public static final String SETTING = "facestream.refused.matches";

  /** Header of whatever is published: a match, or a track. */
  static final String ORIGIN = "origin";

  private static final Logger log = LoggerFactory.getLogger(RefusedMatches.class);

  /** More than are under way at a time. */
  private static final int MOST = 10_000;

  private final Map<String, Known> refused =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Why Kafka does not take it.
   *
   * @param times with 1 it becomes a dead letter as small as it can be, with more not even that
   */
  private record Known(Refusal why, int times) {}

  /** One is known, and the thread that published it has not ended yet. */
  private boolean found;

  /**
   * Takes note of a match, unless another was at fault already: whatever was under way with that
   * one fails with the same reason.
   */
  private synchronized void add(String origin, Refusal why) {
    if (!found) {
      found = true;
      refused.merge(
          origin, new Known(why, 1), (before, now) -> new Known(before.why(), before.times() + 1));
    }
  }

  /** Whether a match is known to be at fault for the end of a thread of Streams. */
  public synchronized boolean found() {
    return found;
  }

  /** Nothing of the thread that ended is under way any more. */
  public synchronized void settled() {
    found = false;
  }

  /** Why what comes of a match is refused; empty where it is not known to be. */
  synchronized Optional<Refusal> of(String origin) {
    return Optional.ofNullable(refused.get(origin)).map(Known::why);
  }

  /** Whether the dead letter was refused too: that must not hold up a camera. */
  synchronized boolean isLost(String origin) {
    Known known = refused.get(origin);
    return known != null && known.times() > 1;
  }

  static String origin(RecordMetadata match) {
    return match.topic() + "-" + match.partition() + "@" + match.offset();
  }

  /** Streams creates it, and calls it for every record that cannot be published. */
  public static final class Handler implements ProductionExceptionHandler {
    private @Nullable RefusedMatches matches;

    @Override
    public void configure(Map<String, ?> settings) {
      matches = (RefusedMatches) settings.get(SETTING);
    }

    @Override
    public Response handleError(
        ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception failed) {
      Optional<Refusal> why = Refusal.of(failed);
      // The context tells what is processed now, not what was when this record was sent.
      Header header = record.headers().lastHeader(ORIGIN);
      if (why.isPresent() && header != null) {
        String origin = new String(header.value(), UTF_8);
        log.warn("identity: Kafka refused the output of {} for {}", origin, record.topic());
        Objects.requireNonNull(matches, "configured before").add(origin, why.get());
      }
      return Response.fail();
    }
  }
}
