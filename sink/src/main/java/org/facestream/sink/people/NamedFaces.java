package org.facestream.sink.people;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.facestream.recognizer.gallery.people.GalleryCheck;
import org.facestream.recognizer.gallery.people.SeenCheck;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;

/**
 * The stored faces of sightings of which it is known who they are, or who they are not, for a check
 * of the gallery.
 */
public final class NamedFaces implements GalleryCheck.SeenFaces {
  private final ReplayedSightings sightings;
  private final StoredCrops crops;
  private final String model;

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   * @param model of the descriptors
   * @param since not those that ended before
   */
  public NamedFaces(DataSource dataSource, String model, Instant since) {
    this.sightings =
        new ReplayedSightings(dataSource, Optional.of(since), Optional.empty(), Optional.empty());
    this.crops = new StoredCrops(dataSource);
    this.model = model;
  }

  @Override
  public List<SeenCheck.Face> next() throws StoreException {
    while (true) {
      List<ReplayedSightings.Stored> some = sightings.next();
      if (some.isEmpty()) {
        return List.of();
      }
      Map<String, Optional<String>> who = new HashMap<>();
      for (ReplayedSightings.Stored each : some) {
        if (each.personId() != null || each.corrected()) {
          who.put(each.track(), Optional.ofNullable(each.personId()));
        }
      }
      List<SeenCheck.Face> faces =
          crops.of(who.keySet(), model).stream()
              .filter(each -> each.descriptor() != null && model.equals(each.model()))
              .map(
                  each ->
                      new SeenCheck.Face(
                          each.face().track(),
                          who.getOrDefault(each.face().track(), Optional.empty()),
                          each.descriptor()))
              .toList();
      if (!faces.isEmpty()) {
        return faces;
      }
    }
  }
}
