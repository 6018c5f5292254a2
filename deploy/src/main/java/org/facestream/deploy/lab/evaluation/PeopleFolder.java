package org.facestream.deploy.lab.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.Undecoded;
import org.facestream.ingest.worker.config.UserError;

/**
 * Photographs sorted into a folder per person.
 *
 * @param people by name, each person's pictures, relative to the folder, in their order
 */
public record PeopleFolder(Map<String, List<String>> people) {

  /**
   * Lists a folder.
   *
   * @throws UserError where it is not there or holds no folder with pictures
   */
  public static PeopleFolder list(Path folder) {
    Map<String, List<String>> people = new TreeMap<>();
    try (Stream<Path> persons = Files.list(folder)) {
      for (Path person : persons.filter(Files::isDirectory).sorted().toList()) {
        if (Undecoded.in(person.getFileName().toString())) {
          throw Undecoded.error("The folder's name", person.toString());
        }
        try (Stream<Path> files = Files.list(person)) {
          List<String> pictures =
              files
                  .filter(PeopleFolder::isPicture)
                  .sorted()
                  .map(file -> folder.relativize(file).toString())
                  .toList();
          if (!pictures.isEmpty()) {
            people.put(person.getFileName().toString(), pictures);
          }
        }
      }
    } catch (IOException unreadable) {
      throw UserError.unreadable(folder, unreadable);
    }
    if (people.size() < 2) {
      throw new UserError(
          folder + " must contain a folder of pictures for each person, and at least two people.");
    }
    return new PeopleFolder(people);
  }

  /** Of one of the people, in their order. */
  List<String> pictures(String person) {
    return Objects.requireNonNull(people.get(person), person);
  }

  private static boolean isPicture(Path file) {
    return file.getFileName()
        .toString()
        .toLowerCase(Locale.ROOT)
        .matches(".*\\.(jpe?g|png|bmp|gif)");
  }

  /**
   * Pairs of one person's pictures, all of them up to a number, and as many of two persons' by
   * chance. Nobody is in two folds, so a threshold is never judged on people it was chosen by.
   *
   * @param folds 1 or more; fewer where there are fewer people
   * @param most pairs of one kind in a fold
   * @param seed of what is chosen by chance
   */
  public List<FacePair> pairs(int folds, int most, long seed) {
    List<String> names = new ArrayList<>(people.keySet());
    Random random = new Random(seed);
    Collections.shuffle(names, random);
    int count = Math.max(1, Math.min(folds, names.size() / 2));
    List<FacePair> pairs = new ArrayList<>();
    for (int fold = 0; fold < count; fold++) {
      List<String> members = new ArrayList<>();
      for (int i = fold; i < names.size(); i += count) {
        members.add(names.get(i));
      }
      List<FacePair> same = same(fold, members);
      Collections.shuffle(same, random);
      same = same.subList(0, Math.min(most, same.size()));
      pairs.addAll(same);
      pairs.addAll(different(fold, members, Math.max(1, same.size()), random));
    }
    return pairs;
  }

  private List<FacePair> same(int fold, List<String> members) {
    List<FacePair> pairs = new ArrayList<>();
    for (String person : members) {
      List<String> pictures = pictures(person);
      for (int i = 0; i < pictures.size(); i++) {
        for (int j = i + 1; j < pictures.size(); j++) {
          pairs.add(new FacePair(fold, pictures.get(i), pictures.get(j), true));
        }
      }
    }
    return pairs;
  }

  private List<FacePair> different(int fold, List<String> members, int wanted, Random random) {
    Set<FacePair> pairs = new HashSet<>();
    List<FacePair> inOrder = new ArrayList<>();
    // Small folders have fewer pairs than wanted: the attempts are bounded.
    for (int attempt = 0; attempt < 20 * wanted && inOrder.size() < wanted; attempt++) {
      String one = members.get(random.nextInt(members.size()));
      String other = members.get(random.nextInt(members.size()));
      if (one.equals(other)) {
        continue;
      }
      FacePair pair =
          new FacePair(fold, chosen(pictures(one), random), chosen(pictures(other), random), false);
      if (pairs.add(pair)) {
        inOrder.add(pair);
      }
    }
    return inOrder;
  }

  private static String chosen(List<String> pictures, Random random) {
    return pictures.get(random.nextInt(pictures.size()));
  }
}
