package org.facestream.sink.api.compreface;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.people.ReferenceErasure;
import org.facestream.sink.api.http.Caller;
import org.facestream.sink.api.people.Desk;
import org.facestream.sink.api.picture.LiveGallery;
import org.facestream.sink.store.StoreException;

/** The gallery as CompreFace's face collection: subjects by name, images by UUID. */
final class FaceCollection {
  private final Desk desk;
  private final LiveGallery gallery;
  private final EmptySubjects empty;

  /**
   * @param desk stays its owner's
   * @param gallery stays its owner's
   */
  FaceCollection(Desk desk, LiveGallery gallery) {
    this.desk = desk;
    this.gallery = gallery;
    this.empty = new EmptySubjects(desk.database());
  }

  Desk desk() {
    return desk;
  }

  LiveGallery gallery() {
    return gallery;
  }

  EmptySubjects empty() {
    return empty;
  }

  /** Enrolled pictures that are not counter-examples and have not expired, in a fixed order. */
  List<Reference> images() {
    Instant now = Instant.now();
    return gallery.references().stream()
        .filter(each -> !each.counterExample())
        .filter(each -> each.expiry() == null || each.expiry().isAfter(now))
        .sorted(
            Comparator.comparing(Reference::name)
                .thenComparing(Reference::enrolledAt)
                .thenComparing(Reference::faceId))
        .toList();
  }

  /** Those of a subject. */
  List<Reference> images(String subject) {
    return images().stream().filter(each -> PersonName.same(each.name(), subject)).toList();
  }

  /** The names of everyone, those without a picture included; each once. */
  List<String> subjects() throws StoreException {
    Map<String, String> byKey = new LinkedHashMap<>();
    Stream.concat(images().stream().map(Reference::name), empty.names().stream())
        .sorted()
        .forEach(name -> byKey.putIfAbsent(PersonName.key(name), name));
    return List.copyOf(byKey.values());
  }

  /** Ids of the people who have a name; more than one only where enrolment was told so. */
  List<String> people(String subject) {
    return gallery.references().stream()
        .filter(each -> PersonName.same(each.name(), subject))
        .map(Reference::personId)
        .distinct()
        .sorted()
        .toList();
  }

  /** The image of a UUID. */
  Optional<Reference> image(String imageId) {
    return images().stream()
        .filter(each -> ImageId.of(each.faceId()).equalsIgnoreCase(imageId))
        .findFirst();
  }

  /** The same with picture and descriptor, which are read from Kafka. */
  Optional<Reference> whole(Caller caller, Reference image) {
    return desk.people(caller).show(image.personId()).references().stream()
        .filter(each -> each.faceId().equals(image.faceId()))
        .findFirst();
  }

  /** Erases images, and waits until that is read here. */
  void erase(Caller caller, List<Reference> images) {
    Set<String> ids = images.stream().map(Reference::faceId).collect(Collectors.toSet());
    new ReferenceErasure(desk.clients(), desk.trail(caller)).erase(ids);
    gallery.await(known -> ids.stream().noneMatch(known::containsKey));
  }

  /** Forgets people, and waits until that is read here. */
  void forget(Caller caller, List<String> people) {
    people.forEach(desk.deeds(caller)::forget);
    Set<String> gone = Set.copyOf(people);
    gallery.await(
        known -> known.values().stream().noneMatch(each -> gone.contains(each.personId())));
  }
}
