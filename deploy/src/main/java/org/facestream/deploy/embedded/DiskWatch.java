package org.facestream.deploy.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.facestream.ingest.worker.Backoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a broker before its disk is full, and starts it again when there is free space. A broker
 * that cannot write ends its whole process; a stopped one only loses frames that are sent in the
 * meantime.
 *
 * <pre>
 *   running ──less than {@link #LOW} free──▶ resting ──{@link EmbeddedKafka#LEAST_FREE} free──▶ running
 * </pre>
 *
 * <p>One thread looks, stops and starts.
 */
final class DiskWatch implements AutoCloseable {
  /** Bytes that must be left: more than what is written between two looks, and while stopping. */
  static final long LOW = EmbeddedKafka.LEAST_FREE / 2;

  private static final Logger log = LoggerFactory.getLogger(DiskWatch.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  /** What is stopped and started; called by this watch's thread only. */
  interface Broker {
    void stop();

    /** May throw when it does not start; then it is tried again later. */
    void start();
  }

  private final Path folder;
  private final Broker broker;
  private final Backoff backoff = new Backoff(BETWEEN_LOOKS, Duration.ofSeconds(30));
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "kafka-disk");
  private boolean resting;

  /** Watches a broker that runs. */
  DiskWatch(Path folder, Broker broker) {
    this.folder = folder;
    this.broker = broker;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      Duration wait = BETWEEN_LOOKS;
      while (!ending.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        wait = look();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when to look again. */
  private Duration look() {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      if (!resting && free < LOW) {
        log.error(
            "the disk of {} is full, {} MB are left: Kafka is stopped until {} MB are free, "
                + "and frames are dropped",
            folder,
            free >> 20,
            EmbeddedKafka.LEAST_FREE >> 20);
        resting = true;
        broker.stop();
      } else if (resting && free >= EmbeddedKafka.LEAST_FREE) {
        broker.start();
        resting = false;
        backoff.reset();
        log.warn("the disk of {} has {} MB free: Kafka starts again", folder, free >> 20);
      }
      return BETWEEN_LOOKS;
    } catch (IOException | RuntimeException failed) {
      Duration wait = backoff.next();
      log.error("{}: the check failed; trying again in {} ms", folder, wait.toMillis(), failed);
      return wait;
    }
  }

  /** Returns when nothing is stopped or started any more. */
  @Override
  public void close() {
    ending.countDown();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
