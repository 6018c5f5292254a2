package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.VisitorTopic;
import org.facestream.recognizer.identity.Visitors;

/** The visitors of the visitors topic, and what a person answers to them. */
public final class VisitorLooks {
  private static final Pattern ID = Pattern.compile(Visitors.PREFIX + "[0-9a-f]{12}");

  /** One is enough; two when a look is written in the meantime. */
  private static final int MOST_TRIES = 5;

  private final KafkaClients clients;
  private final AuditTrail trail;

  VisitorLooks(KafkaClients clients, AuditTrail trail) {
    this.clients = clients;
    this.trail = trail;
    Topics.ensure(clients, List.of(VisitorTopic.TOPIC));
  }

  /** Whether it is the id of a visitor, known or not. */
  public static boolean isVisitor(String id) {
    return ID.matcher(id.strip()).matches();
  }

  /** Every visitor with a look, expired ones included; the watchlist is the answer. */
  public List<People.Entry> list() {
    try (ReferenceTable table = new ReferenceTable(clients, VisitorTopic.TOPIC)) {
      table.readOn();
      return Everyone.of(table.all()).entries();
    }
  }

  /** Whether the visitor has a look. */
  public boolean has(String id) {
    return list().stream().anyMatch(entry -> entry.person().id().equals(id));
  }

  /**
   * Erases the looks of a visitor. What was {@linkplain #discard discarded} stays until it expires:
   * it is no face.
   *
   * @return how many
   * @throws UserError when looks are written all the while
   */
  public int erase(String id) {
    return erase(look -> look.personId().equals(id))
        .orElseThrow(
            () ->
                new UserError(
                    "%s is being seen at the same time: run the command again.".formatted(id)));
  }

  /**
   * Erases the looks that were kept of a track, as {@link #erase} does.
   *
   * @return how many
   */
  public int eraseOfTrack(String track) {
    return erase(look -> look.source().equals(track))
        .orElseThrow(
            () ->
                new UserError(
                    "A look of %s is being written: run the command again."
                        .formatted(PersonName.shown(track))));
  }

  /** Empty when such looks are written all the while. */
  private OptionalInt erase(Predicate<Reference> which) {
    int erased = 0;
    try (ReferenceEdit edit = new ReferenceEdit(clients, VisitorTopic.TOPIC)) {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        Map<String, List<Reference>> left =
            edit.all().stream()
                .filter(which)
                .filter(look -> !isDiscarded(look))
                .collect(Collectors.groupingBy(Reference::personId));
        if (left.isEmpty()) {
          return OptionalInt.of(erased);
        }
        for (Map.Entry<String, List<Reference>> each : left.entrySet()) {
          Person visitor = new Person(each.getKey(), each.getKey());
          trail.forgetting(visitor, each.getValue().size(), () -> edit.erase(each.getValue()));
          erased += each.getValue().size();
        }
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isDiscarded(Reference look) {
    return Visitors.Answer.discarded.name().equals(look.watchlist());
  }

  /**
   * From now on the visitor is to be ignored.
   *
   * @param expiry when that ends; the looks are erased then
   * @return how many looks the visitor is known by
   * @throws UserError when there is no such visitor
   */
  public int ignore(String id, Instant expiry) {
    return answer(id, Visitors.Answer.ignored, expiry, looks -> looks);
  }

  /**
   * The visitor is no face. The first look stays, so that what is near founds no visitor again;
   * {@link #erase} erases the others.
   *
   * @param expiry when that ends
   * @throws UserError when there is no such visitor
   */
  public void discard(String id, Instant expiry) {
    answer(id, Visitors.Answer.discarded, expiry, looks -> looks.subList(0, 1));
  }

  private int answer(
      String id,
      Visitors.Answer answer,
      Instant expiry,
      Function<List<Reference>, List<Reference>> which) {
    Person visitor = new Person(id, id, answer.name());
    try (ReferenceEdit edit = new ReferenceEdit(clients, VisitorTopic.TOPIC)) {
      List<Reference> answered =
          Optional.of(edit.of(visitor)).filter(looks -> !looks.isEmpty()).map(which).stream()
              .flatMap(List::stream)
              .map(look -> look.with().watchlist(answer.name()).expiry(expiry).build())
              .toList();
      if (answered.isEmpty()
          || trail.watching(visitor, answered.size(), () -> edit.put(answered)).isEmpty()) {
        throw unknown(id);
      }
      return answered.size();
    }
  }

  /** Nobody has that id, or not any more. */
  public static UserError unknown(String id) {
    return new UserError(
        "There is no visitor '%s', or not any more. `facestream visitors` lists them."
            .formatted(PersonName.shown(id)));
  }
}
