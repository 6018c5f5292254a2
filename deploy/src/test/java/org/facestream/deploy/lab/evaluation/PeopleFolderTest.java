package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.facestream.deploy.lab.evaluation.Identification.Search;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeopleFolderTest {
  @TempDir Path folder;

  private PeopleFolder people(int count, int pictures) throws IOException {
    for (int person = 0; person < count; person++) {
      Path own = Files.createDirectory(folder.resolve("person-" + person));
      for (int picture = 0; picture < pictures; picture++) {
        Files.createFile(own.resolve(picture + ".JPG"));
      }
      Files.createFile(own.resolve("notes.txt"));
    }
    return PeopleFolder.list(folder);
  }

  @Test
  void whatIsNoPictureIsLeftOut() throws IOException {
    assertEquals(
        Map.of(
            "person-0",
            List.of("person-0/0.JPG", "person-0/1.JPG"),
            "person-1",
            List.of("person-1/0.JPG", "person-1/1.JPG")),
        people(2, 2).people());
  }

  @Test
  void pairsAreOfBothKindsAndNobodyIsInTwoFolds() throws IOException {
    PeopleFolder people = people(12, 4);
    List<FacePair> pairs = people.pairs(3, 10, 5);
    assertEquals(pairs, people.pairs(3, 10, 5));
    assertEquals(pairs.size(), new HashSet<>(pairs).size());
    Map<String, Integer> folds = new HashMap<>();
    for (int fold = 0; fold < 3; fold++) {
      int number = fold;
      assertEquals(10, pairs.stream().filter(pair -> pair.fold() == number && pair.same()).count());
      assertEquals(
          10, pairs.stream().filter(pair -> pair.fold() == number && !pair.same()).count());
    }
    for (FacePair pair : pairs) {
      String first = pair.first().split("/")[0];
      String second = pair.second().split("/")[0];
      assertEquals(pair.same(), first.equals(second));
      assertFalse(pair.first().equals(pair.second()));
      for (String person : List.of(first, second)) {
        Integer before = folds.put(person, pair.fold());
        assertTrue(before == null || before == pair.fold(), person);
      }
    }
  }

  @Test
  void aFolderThatCannotServeIsSaid() throws IOException {
    assertThrows(UserError.class, () -> PeopleFolder.list(folder.resolve("none")));
    UserError one = assertThrows(UserError.class, () -> people(1, 3));
    assertTrue(one.getMessage().contains("at least two people"), one.getMessage());
  }

  @Test
  void ratesOfIdentification() {
    Identification identification =
        new Identification(
            2,
            2,
            List.of(
                new Search("a/1", "a", "a", 0.2f),
                new Search("a/2", "a", "b", 0.3f),
                new Search("b/1", "b", "b", 0.5f),
                new Search("b/2", "b", "", Float.POSITIVE_INFINITY)),
            List.of(
                new Search("c/1", "c", "a", 0.45f),
                new Search("c/2", "c", "a", 0.7f),
                new Search("d/1", "d", "b", 0.8f),
                new Search("d/2", "d", "", Float.POSITIVE_INFINITY)));
    assertEquals(0.5, identification.rankOne());
    assertEquals(new Identification.Rates(0.4f, 0, 0.75), identification.at(0.4f));
    assertEquals(new Identification.Rates(0.6f, 0.25, 0.5), identification.at(0.6f));
    assertEquals(new Identification.Rates(0.45f, 0, 0.75), identification.atFalsePositive(0.1));
    assertEquals(new Identification.Rates(0.7f, 0.25, 0.5), identification.atFalsePositive(0.25));
  }
}
