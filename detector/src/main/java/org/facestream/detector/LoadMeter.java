package org.facestream.detector;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.facestream.ingest.frame.Load;
import org.facestream.ingest.frame.LoadTopic;

/**
 * Tells how far this detector keeps up with each camera, every few seconds and only while it does
 * not. For one thread.
 */
final class LoadMeter {
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration FACES = Duration.ofSeconds(10);

  private final String topic;
  private final Map<String, Account> accounts = new HashMap<>();
  private Instant due = Instant.MIN;

  private static final class Account {
    private int handled;
    private int overtaken;
    private Instant face = Instant.MIN;
  }

  /**
   * @param topic full name of the load topic
   */
  LoadMeter(String topic) {
    this.topic = topic;
  }

  void handled(String camera, boolean face, Instant now) {
    Account account = account(camera);
    account.handled++;
    if (face) {
      account.face = now;
    }
  }

  void overtaken(String camera) {
    account(camera).overtaken++;
  }

  private Account account(String camera) {
    return accounts.computeIfAbsent(camera, id -> new Account());
  }

  /** What there is to tell; mostly nothing. */
  List<ProducerRecord<String, byte[]>> report(Instant now) {
    if (now.isBefore(due)) {
      return List.of();
    }
    due = now.plus(EVERY);
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    boolean behind = accounts.values().stream().anyMatch(account -> account.overtaken > 0);
    accounts.forEach(
        (camera, account) -> {
          int all = account.handled + account.overtaken;
          if (behind && all > 0) {
            boolean faces = account.face.isAfter(now.minus(FACES));
            Load load = new Load(camera, (double) account.handled / all, faces);
            records.add(LoadTopic.toRecord(topic, load, now));
          }
          account.handled = 0;
          account.overtaken = 0;
        });
    accounts.values().removeIf(account -> account.face.isBefore(now.minus(FACES)));
    return records;
  }
}
