package org.facestream.detector;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.frame.Load;
import org.facestream.ingest.frame.LoadTopic;

/**
 * Tells how far this detector keeps up with each camera, every few seconds and only while it does
 * not. For one thread.
 */
final class LoadMeter {
  private static final long EVERY = TimeUnit.SECONDS.toNanos(2);
  private static final long FACES = TimeUnit.SECONDS.toNanos(10);

  private final String topic;
  private final Map<String, Account> accounts = new HashMap<>();

  /** Not the time of day: a clock that is set back must not silence this for as long. */
  private final LongSupplier nanos;

  private long due;

  private static final class Account {
    private int handled;
    private int overtaken;
    private boolean seen;
    private long face;

    boolean facesSince(long nanos) {
      return seen && face - nanos > 0;
    }
  }

  /**
   * @param topic full name of the load topic
   * @param nanos a clock that only goes forward, {@link System#nanoTime}
   */
  LoadMeter(String topic, LongSupplier nanos) {
    this.topic = topic;
    this.nanos = nanos;
    this.due = nanos.getAsLong();
  }

  void handled(String camera, boolean face) {
    Account account = account(camera);
    account.handled++;
    if (face) {
      account.seen = true;
      account.face = nanos.getAsLong();
    }
  }

  void overtaken(String camera) {
    account(camera).overtaken++;
  }

  private Account account(String camera) {
    return accounts.computeIfAbsent(camera, id -> new Account());
  }

  /**
   * What there is to tell; mostly nothing.
   *
   * @param time of the records
   */
  List<ProducerRecord<String, byte[]>> report(Instant time) {
    long now = nanos.getAsLong();
    if (now - due < 0) {
      return List.of();
    }
    due = now + EVERY;
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    boolean behind = accounts.values().stream().anyMatch(account -> account.overtaken > 0);
    accounts.forEach(
        (camera, account) -> {
          int all = account.handled + account.overtaken;
          if (behind && all > 0) {
            boolean faces = account.facesSince(now - FACES);
            Load load = new Load(camera, (double) account.handled / all, faces);
            records.add(LoadTopic.toRecord(topic, load, time));
          }
          account.handled = 0;
          account.overtaken = 0;
        });
    accounts.values().removeIf(account -> !account.facesSince(now - FACES));
    return records;
  }
}
