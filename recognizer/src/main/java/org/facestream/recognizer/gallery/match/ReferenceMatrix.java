package org.facestream.recognizer.gallery.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.identity.GalleryVersion;
import org.jspecify.annotations.Nullable;

/**
 * The references of one descriptor space in compact arrays. One thread changes it and publishes
 * {@link GallerySnapshot}s. A change of references copies a few kilobytes, independent of the
 * gallery's size. A change of people (removed or renamed) also copies the array of people, four
 * bytes each, once for all changes between two snapshots.
 */
public final class ReferenceMatrix {
  /** A block of which less than this part is in use is emptied into the last one. */
  private static final int SPARSE = ReferenceBlock.ROWS / 4;

  private record Place(ReferenceBlock block, int row) {}

  private final DescriptorSpace space;
  private final List<ReferenceBlock> blocks = new ArrayList<>();
  private final Map<String, Place> places = new HashMap<>();

  /** Concurrent for the sake of {@link #contains}. */
  private final Map<String, Integer> slots = new ConcurrentHashMap<>();

  private Person[] persons = new Person[64];
  private int[] referencesOf = new int[64];
  private final List<Integer> freeSlots = new ArrayList<>();
  private int usedSlots;
  private boolean personsPublished;
  private long firstExpiry = ReferenceBlock.NEVER;
  private CounterExamples counterExamples = CounterExamples.NONE;

  public ReferenceMatrix(DescriptorSpace space) {
    this.space = space;
  }

  int size() {
    return places.size();
  }

  /** Whether a person has a reference, perhaps an expired one. For every thread. */
  boolean contains(String personId) {
    return slots.containsKey(personId);
  }

  /**
   * Adds a reference, or a counter-example, or replaces that of the same face id; it must be of
   * this space.
   */
  public void put(Reference reference) {
    float[] descriptor = space.prepare(reference.descriptor());
    long expiry =
        reference.expiry() == null ? ReferenceBlock.NEVER : reference.expiry().toEpochMilli();
    if (reference.counterExample()) {
      remove(reference.faceId());
      counterExamples =
          counterExamples.with(
              new CounterExamples.One(
                  reference.faceId(), reference.personId(), descriptor, expiry));
      return;
    }
    int slot = slot(new Person(reference.personId(), reference.name(), reference.watchlist()));
    referencesOf[slot]++;
    // Removed after the addition, so that a person with a single reference is never missing.
    remove(reference.faceId());
    firstExpiry = Math.min(firstExpiry, expiry);
    append(descriptor, slot, reference.faceId(), expiry);
  }

  /** Removes what a face id has; does nothing when there is none. */
  public void remove(String faceId) {
    counterExamples = counterExamples.without(faceId);
    Place place = places.remove(faceId);
    if (place == null) {
      return;
    }
    int slot = place.block().person(place.row());
    place.block().remove(place.row());
    if (--referencesOf[slot] == 0) {
      ownPersons();
      slots.remove(persons[slot].id());
      persons[slot] = null;
      freeSlots.add(slot);
    }
    if (place.block() != last() && place.block().live() < SPARSE) {
      empty(place.block());
    }
  }

  /** An immutable snapshot. */
  public GallerySnapshot publish(GalleryVersion version) {
    personsPublished = true;
    ReferenceBlock.View[] views = new ReferenceBlock.View[blocks.size()];
    for (int i = 0; i < views.length; i++) {
      views[i] = blocks.get(i).publish();
    }
    return new GallerySnapshot(
        space,
        views,
        persons,
        usedSlots,
        new GallerySnapshot.Size(places.size(), slots.size()),
        firstExpiry,
        counterExamples,
        version);
  }

  private @Nullable ReferenceBlock last() {
    return blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
  }

  private void append(float[] descriptor, int slot, String faceId, long expiry) {
    ReferenceBlock last = last();
    if (last == null || last.full()) {
      last = new ReferenceBlock(space.length());
      blocks.add(last);
    }
    places.put(faceId, new Place(last, last.append(descriptor, slot, faceId, expiry)));
  }

  private void empty(ReferenceBlock sparse) {
    blocks.remove(sparse);
    for (int row = 0; row < sparse.rows(); row++) {
      if (sparse.person(row) != ReferenceBlock.NOBODY) {
        append(sparse.descriptor(row), sparse.person(row), sparse.faceId(row), sparse.expiry(row));
      }
    }
  }

  private int slot(Person person) {
    Integer known = slots.get(person.id());
    if (known != null) {
      // A renamed person has the name that was written last; so it is with the watchlist.
      if (!persons[known].equals(person)) {
        ownPersons();
        persons[known] = person;
      }
      return known;
    }
    int slot;
    if (freeSlots.isEmpty()) {
      slot = usedSlots++;
      if (slot == persons.length) {
        persons = Arrays.copyOf(persons, 2 * slot);
        referencesOf = Arrays.copyOf(referencesOf, 2 * slot);
        personsPublished = false;
      }
    } else {
      slot = freeSlots.remove(freeSlots.size() - 1);
    }
    // No published snapshot has a row of this slot, so none reads it.
    persons[slot] = person;
    referencesOf[slot] = 0;
    slots.put(person.id(), slot);
    return slot;
  }

  private void ownPersons() {
    if (personsPublished) {
      persons = persons.clone();
      personsPublished = false;
    }
  }
}
