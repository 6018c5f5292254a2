package org.facestream.deploy.lab.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.facestream.ingest.worker.config.UserError;

/**
 * People of a collection divided for open-set identification: some are enrolled with a few of their
 * pictures, the others must stay unknown. Names and pictures are in the order of the draw.
 *
 * @param enrolled by name, pictures with a face that are in the gallery
 * @param mated by name, the other pictures of those who are enrolled
 * @param strangers by name, all pictures of those who are not
 */
public record OpenSet(
    Map<String, List<String>> enrolled,
    Map<String, List<String>> mated,
    Map<String, List<String>> strangers) {

  /**
   * Enrols every second person, by chance, with their first pictures.
   *
   * @param references pictures of each enrolled person, 1 or more; who has no more is a stranger
   * @param seed of who is enrolled
   * @throws UserError where too few people have enough pictures
   */
  public static OpenSet draw(
      DescribedPictures pictures, PeopleFolder folder, int references, long seed) {
    List<String> names = new ArrayList<>(folder.people().keySet());
    Collections.shuffle(names, new Random(seed));
    Map<String, List<String>> enrolled = new LinkedHashMap<>();
    Map<String, List<String>> mated = new LinkedHashMap<>();
    Map<String, List<String>> strangers = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      List<String> own = folder.pictures(names.get(i));
      List<String> usable =
          i % 2 == 0 && own.size() > references
              ? own.subList(0, references).stream()
                  .filter(picture -> pictures.of(picture).descriptor().isPresent())
                  .toList()
              : List.of();
      if (usable.isEmpty()) {
        strangers.put(names.get(i), own);
      } else {
        enrolled.put(names.get(i), usable);
        mated.put(names.get(i), own.subList(references, own.size()));
      }
    }
    if (enrolled.isEmpty() || strangers.isEmpty()) {
      long enough =
          folder.people().values().stream().filter(own -> own.size() > references).count();
      throw new UserError(
          enough == 0
              ? String.format(
                      Locale.ROOT,
                      "Identification needs people with more than %d pictures each: use more "
                          + "pictures, or a smaller",
                      references)
                  + " --references."
              : String.format(
                      Locale.ROOT,
                      "Of %d people %d have more than %d pictures, and by the draw %s: use more "
                          + "people, or",
                      names.size(),
                      enough,
                      references,
                      enrolled.isEmpty() ? "none of them is enrolled" : "nobody is a stranger")
                  + " another --seed.");
    }
    return new OpenSet(enrolled, mated, strangers);
  }

  int references() {
    return enrolled.values().stream().mapToInt(List::size).sum();
  }
}
