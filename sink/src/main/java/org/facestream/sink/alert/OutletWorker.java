package org.facestream.sink.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.facestream.sink.alert.DeliveryQueue.State;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.alert.outlet.Outcome;
import org.facestream.sink.alert.outlet.Outlet;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the alerts of one outlet, one after the other. */
final class OutletWorker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(OutletWorker.class);

  /** For what is done around sending. */
  private static final Duration AROUND = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long FIRST_WAIT_MILLIS = 1_000;
  private static final long LONGEST_WAIT_MILLIS = 300_000;
  private static final Duration LONGEST_ASKED = Duration.ofHours(1);

  /** How long a mail waits for its picture, which comes another way. */
  private static final Duration PICTURE = Duration.ofSeconds(5);

  private final String name;
  private final Outlet outlet;
  private final Deliveries deliveries;
  private final AtomicBoolean troubled;
  private final boolean announces;
  private volatile boolean stopping;

  /**
   * @param troubled whether the outlet did not confirm what was sent last; of all of its workers
   * @param announces whether it says which rules there are
   */
  OutletWorker(
      String name,
      Outlet outlet,
      Deliveries deliveries,
      AtomicBoolean troubled,
      boolean announces) {
    this.name = name;
    this.outlet = outlet;
    this.deliveries = deliveries;
    this.troubled = troubled;
    this.announces = announces;
  }

  /** It ends after what it is at. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        turn();
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void turn() throws InterruptedException {
    long seen = deliveries.recorded();
    try {
      Optional<DeliveryQueue.Taken> taken =
          deliveries.queue().take(name, outlet.longest().plus(AROUND));
      if (taken.isPresent()) {
        deliver(taken.get());
        return;
      }
      if (announces) {
        outlet.announce(deliveries.rulesOf(name));
      }
    } catch (StoreException | RuntimeException away) {
      log.debug("outlet {}: the database fails; trying again", name, away);
    }
    deliveries.await(seen, POLL);
  }

  private void deliver(DeliveryQueue.Taken taken) throws StoreException, InterruptedException {
    AlertNotices.Waiting alert = taken.alert();
    if (alert == null) {
      settle(taken, State.cancelled, "erased", Duration.ZERO);
      return;
    }
    Notice notice = deliveries.notices().of(alert, outlet.sendsCrop());
    if (outlet.sendsCrop()
        && notice.crop().isEmpty()
        && alert.at().isAfter(Instant.now().minus(PICTURE))) {
      deliveries.queue().putBack(taken, name, POLL);
      return;
    }
    Outcome outcome = send(notice);
    switch (outcome.kind()) {
      case delivered -> {
        settle(taken, State.delivered, null, Duration.ZERO);
        deliveries.sinceRecorded(name).record(Duration.between(alert.at(), Instant.now()));
        if (troubled.getAndSet(false)) {
          log.info("outlet {}: confirms alerts again", name);
        }
      }
      case refused -> {
        log.warn("outlet {}: refuses alert {}: {}", name, taken.id(), outcome.detail());
        settle(taken, State.refused, outcome.detail(), Duration.ZERO);
      }
      case again -> {
        if (!troubled.getAndSet(true)) {
          log.warn("outlet {}: {}; alerts wait for it", name, outcome.detail());
        }
        boolean late = alert.at().isBefore(Instant.now().minus(Deliveries.PATIENCE));
        settle(
            taken,
            late ? State.expired : State.waiting,
            outcome.detail(),
            wait(taken.attempts(), outcome.after()));
      }
    }
  }

  private Outcome send(Notice notice) throws InterruptedException {
    try {
      return outlet.send(notice);
    } catch (RuntimeException fault) {
      // Its message may have the address in it.
      log.error("outlet {}: fails with {}", name, fault.getClass().getName());
      return new Outcome(
          Outcome.Kind.again, "it failed: " + fault.getClass().getSimpleName(), null);
    }
  }

  /** Doubles with each attempt, with jitter; the outlet may ask for more. */
  private static Duration wait(int attempts, @Nullable Duration asked) {
    long full = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(attempts - 1, 20));
    Duration wait =
        Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1));
    if (asked == null || asked.compareTo(wait) < 0) {
      return wait;
    }
    return asked.compareTo(LONGEST_ASKED) < 0 ? asked : LONGEST_ASKED;
  }

  /** What was confirmed must not be sent again: it is tried until it is recorded. */
  private void settle(DeliveryQueue.Taken taken, State state, @Nullable String error, Duration wait)
      throws StoreException, InterruptedException {
    deliveries.count(name, state);
    while (true) {
      try {
        deliveries.queue().settle(taken, name, state, error, wait);
        return;
      } catch (StoreException away) {
        if (stopping || state == State.waiting) {
          throw away;
        }
        Thread.sleep(200);
      }
    }
  }
}
