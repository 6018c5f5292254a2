package org.facestream.recognizer.gallery.match;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.facestream.recognizer.gallery.contract.Reference;

/**
 * References that are in the gallery topic and cannot be used: those of other models are missed by
 * whoever changed the model, and those that expire one day are to be erased then all the same. One
 * thread changes it, every thread may read.
 */
final class UnusedReferences {
  /** By face id. Guarded by this, as is {@link #settled}. */
  private final Map<String, Expiring> expiring = new HashMap<>();

  private final Set<String> ofOtherModels = new HashSet<>();

  /** Whether no record is taken in that may be replaced by the next. */
  private boolean settled = true;

  private record Expiring(String personId, Instant expiry) {}

  synchronized void clear() {
    ofOtherModels.clear();
    expiring.clear();
  }

  /** Forgets what the key had: it has something else now, or nothing. */
  synchronized void remove(String key) {
    ofOtherModels.remove(key);
    expiring.remove(key);
  }

  synchronized void add(String key, Reference reference, boolean ofAnotherModel) {
    if (ofAnotherModel) {
      ofOtherModels.add(key);
    }
    if (reference.expiry() != null) {
      expiring.put(reference.faceId(), new Expiring(reference.personId(), reference.expiry()));
    }
  }

  /** Until the gallery is read, what is there now may be replaced by what comes. */
  synchronized void settled(boolean isRead) {
    settled = isRead;
  }

  synchronized int ofOtherModels() {
    return ofOtherModels.size();
  }

  /**
   * Adds to the references that are in use those that are not, and expired at an instant or before.
   *
   * @param used person ids by face id
   * @return nothing while the gallery is being read
   */
  synchronized Map<String, String> addExpired(Map<String, String> used, Instant until) {
    if (!settled) {
      return Map.of();
    }
    Map<String, String> all = new HashMap<>(used);
    expiring.forEach(
        (faceId, unused) -> {
          if (!unused.expiry().isAfter(until)) {
            all.put(faceId, unused.personId());
          }
        });
    return all;
  }
}
