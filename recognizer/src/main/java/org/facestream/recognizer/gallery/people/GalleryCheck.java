package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.contract.GalleryReader;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.jspecify.annotations.Nullable;

/** Checks the references in the gallery topic, sets doubtful ones aside and restores them. */
public final class GalleryCheck {
  /** The review of what a user sets aside. */
  private static final String CHOSEN = "chosen";

  private static final byte[] NO_PICTURE = {};

  private final KafkaClients clients;
  private final AuditTrail trail;

  /**
   * Creates the gallery topic where it is missing.
   *
   * @param trail records each action before it is done
   */
  public GalleryCheck(KafkaClients clients, AuditTrail trail) {
    this.clients = clients;
    this.trail = trail;
    Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
  }

  /** What cameras saw, some faces at a time; none at the end. */
  public interface SeenFaces {
    List<SeenCheck.Face> next() throws Exception;
  }

  /**
   * Checks everyone. Keeps every descriptor in memory meanwhile.
   *
   * @param model whose references are checked
   */
  public GalleryHealth check(DescriptorModel model, HealthRules rules) {
    return HealthCheck.of(references().values(), model, rules, Instant.now());
  }

  /** As the other; faces that cameras saw count, too. */
  public GalleryHealth check(DescriptorModel model, HealthRules rules, SeenFaces faces)
      throws Exception {
    Instant now = Instant.now();
    Collection<Reference> references = references().values();
    SeenCheck seen = new SeenCheck(references, model, rules.threshold(), now);
    for (List<SeenCheck.Face> some = faces.next(); !some.isEmpty(); some = faces.next()) {
      seen.add(some);
    }
    return seen.addTo(HealthCheck.of(references, model, rules, now), references);
  }

  /**
   * How many of a person's references in use the others would recognise, as in {@link
   * GalleryHealth.OfPerson#recognised}, without a check of everyone.
   */
  public int recognised(Person person, DescriptorModel model, float threshold) {
    List<Reference> inUse =
        references().values().stream()
            .filter(each -> !each.setAside() && each.model().equals(model.name()))
            .toList();
    Likeness likeness = new Likeness(model.metric(), threshold);
    List<Reference> own =
        inUse.stream().filter(each -> each.personId().equals(person.id())).toList();
    List<Reference> others =
        inUse.stream().filter(each -> !each.personId().equals(person.id())).toList();
    return (int)
        own.stream()
            .filter(
                each ->
                    likeness.nearest(each, own)
                        < Math.min(threshold, likeness.nearest(each, others)))
            .count();
  }

  private Map<String, Reference> references() {
    Map<String, Reference> references = new LinkedHashMap<>();
    try (TopicLog reader = GalleryReader.open(clients)) {
      reader.readToEnd(
          record -> {
            references.remove(record.key());
            GalleryReader.reference(record)
                .filter(reference -> !reference.counterExample())
                .ifPresent(
                    reference -> references.put(record.key(), reference.withThumbnail(NO_PICTURE)));
          });
    } catch (KafkaException failed) {
      throw GalleryReader.unreadable(failed);
    }
    return references;
  }

  /**
   * Sets aside what was found of a person.
   *
   * @return those that are set aside now
   * @throws UserError when Kafka does not take it
   */
  public List<Reference> setAside(GalleryHealth.OfPerson person) {
    Map<String, String> reviews =
        person.settled().stream()
            .collect(
                Collectors.toMap(
                    finding -> finding.reference().faceId(), finding -> finding.doubt().word()));
    return setAside(person.person(), reviews);
  }

  /**
   * Sets aside references that a user chose.
   *
   * @throws UserError when the person has not all of these in use, or no others
   */
  public List<Reference> setAside(Person person, List<String> faceIds) {
    return setAside(
        person, faceIds.stream().distinct().collect(Collectors.toMap(id -> id, id -> CHOSEN)));
  }

  private List<Reference> setAside(Person person, Map<String, String> reviews) {
    if (reviews.isEmpty()) {
      return List.of();
    }
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      List<Reference> own =
          edit.of(person).stream().filter(each -> !each.counterExample()).toList();
      List<Reference> changed = changed(own, each -> reviews.get(each.faceId()), false);
      if (changed.isEmpty()) {
        return changed;
      }
      if (own.stream().filter(each -> !each.setAside()).count() == changed.size()) {
        throw new UserError(
            "%s would have no picture in use. Enrol another one first, or use `people forget`."
                .formatted(person.id()));
      }
      return trail.settingAside(person, changed.size(), () -> edit.put(changed));
    }
  }

  /**
   * Uses references again that were set aside; no check sets them aside again.
   *
   * @param faceIds of these; empty for all of the person's
   * @return those that are in use again
   * @throws UserError when Kafka does not take it
   */
  public List<Reference> restore(Person person, Optional<List<String>> faceIds) {
    try (ReferenceEdit edit = new ReferenceEdit(clients)) {
      List<Reference> changed =
          changed(
              edit.of(person),
              each ->
                  faceIds.isEmpty() || faceIds.get().contains(each.faceId())
                      ? Reference.KEPT
                      : null,
              true);
      return changed.isEmpty()
          ? changed
          : trail.restoring(person, changed.size(), () -> edit.put(changed));
    }
  }

  private static List<Reference> changed(
      List<Reference> own, Function<Reference, @Nullable String> review, boolean wasSetAside) {
    List<Reference> changed = new ArrayList<>();
    for (Reference each : own) {
      String word = review.apply(each);
      if (word != null && each.setAside() == wasSetAside) {
        changed.add(each.withReview(word));
      }
    }
    return changed;
  }
}
