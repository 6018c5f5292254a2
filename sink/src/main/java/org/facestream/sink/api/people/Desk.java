package org.facestream.sink.api.people;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.people.GalleryCheck;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;

/**
 * What changes people, each time for the caller who asks for it: the audit trail names the caller.
 * The networks for enrolment are loaded when they are first needed.
 */
public final class Desk implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Settings settings;
  private final KafkaClients clients;
  private final Database database;
  private final AuditTrail trail;

  /** One enrolment after the other: each decision stands on those before. */
  private final ReentrantLock enrolling = new ReentrantLock(true);

  private Optional<Enroller> enroller = Optional.empty();

  /** What is done with the networks. */
  public interface Enrolling<T> {
    T with(Enroller enroller) throws StoreException;
  }

  /** Opens nothing yet. */
  public Desk(Settings settings, KafkaClients clients, Database database) {
    this.settings = settings;
    this.clients = clients;
    this.database = database;
    this.trail = AuditTrail.of(settings.get(GalleryConfig.class));
  }

  /** The database. */
  public Database database() {
    return database;
  }

  /** As configured. */
  public Settings settings() {
    return settings;
  }

  /** To Kafka. */
  public KafkaClients clients() {
    return clients;
  }

  /** The trail, for what a caller does. */
  public AuditTrail trail(Caller caller) {
    return trail.by("api:" + caller.name());
  }

  /** The people, for a caller. */
  public People people(Caller caller) {
    return new People(clients, trail(caller));
  }

  GalleryCheck check(Caller caller) {
    return new GalleryCheck(clients, trail(caller));
  }

  /** Deeds of a caller. */
  public PeopleDeeds deeds(Caller caller) {
    return new PeopleDeeds(people(caller), database, trail(caller));
  }

  Corrections corrections(Caller caller) {
    return new Corrections(
        clients, people(caller), new CorrectionStore(database.dataSource()), trail(caller));
  }

  /** The person of an id or a name. */
  People.Entry person(Call call, String idOrName) {
    People people = people(call.caller());
    return switch (people.find(idOrName).size()) {
      case 0 -> throw Problem.notFound("Nobody of this id or name is enrolled.");
      case 1 -> people.show(idOrName);
      default -> throw Problem.conflict("Several people have this name: give the id.");
    };
  }

  /** Refuses callers who may only see some cameras what is about people everywhere. */
  static void requireEveryCamera(Call call) {
    call.requireEveryCamera();
  }

  /**
   * Enrols with the networks.
   *
   * @throws Problem when others enrol all the while
   */
  public <T> T enrol(Enrolling<T> work) throws StoreException {
    try {
      if (!enrolling.tryLock(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw Problem.tooMany("Other pictures are being enrolled; try again.", PATIENCE);
      }
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
    try {
      Enroller loaded =
          enroller.orElseGet(() -> Enroller.ofCounterExamples(settings, clients, trail));
      enroller = Optional.of(loaded);
      return work.with(loaded);
    } finally {
      enrolling.unlock();
    }
  }

  @Override
  public void close() {
    enroller.ifPresent(Enroller::close);
  }
}
