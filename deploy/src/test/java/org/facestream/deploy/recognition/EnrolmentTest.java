package org.facestream.deploy.recognition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.opencv.global.opencv_core;
import org.facestream.detector.Portraits;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.enrol.Enrolment;
import org.facestream.recognizer.gallery.enrol.EnrolmentFolder;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.TermsRule;
import org.facestream.recognizer.gallery.people.People;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real photographs and networks, a real broker: from pictures to the gallery topic and back. */
class EnrolmentTest extends EnrolmentCase {
  private static EnrolmentResult.Enrolled enrolled(EnrolmentResult result) {
    assertTrue(result instanceof EnrolmentResult.Enrolled, result::toString);
    return (EnrolmentResult.Enrolled) result;
  }

  private static String reason(EnrolmentResult result) {
    return result instanceof EnrolmentResult.Refused refused ? refused.reason() : "enrolled";
  }

  @Test
  void enrollingAgainChangesNothingAndConflictsAreAsked() throws Exception {
    KafkaClients clients = clients("again");
    byte[] photograph = Portraits.photograph(4);
    byte[] similar;
    try (Picture picture = Picture.decodeStill(photograph)) {
      similar = picture.jpeg(95);
    }
    Instant expiry = Instant.parse("2030-01-01T00:00:00Z");
    EnrolmentRules terms =
        EnrolmentRules.DEFAULT.withTerms(
            new EnrolmentTerms(Optional.of("form 7"), Optional.of(expiry)));
    try (Enrolment enrolment = enrolment(clients, terms)) {
      EnrolmentResult.Enrolled first = enrolled(enrolment.enrol("Søren", "a.jpg", photograph));
      assertEquals("søren", first.person().id());
      Reference written = new People(clients).show("søren").references().get(0);
      assertEquals(first.faceId(), written.faceId());
      assertEquals("form 7", written.consent());
      assertEquals(expiry, written.expiry());
      assertEquals("a.jpg", written.source());
      assertTrue(enrolled(enrolment.enrol("Søren", "b.jpg", photograph)).already());
    }
    // Another process, with no memory but the topic.
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      assertTrue(enrolled(enrolment.enrol("Søren", "c.jpg", photograph)).already());
      assertEquals("duplicate", reason(enrolment.enrol("Søren", "d.jpg", similar)));
      assertEquals("conflict", reason(enrolment.enrol("Somebody", "e.jpg", photograph)));
      assertEquals("conflict", reason(enrolment.enrol("Somebody", "f.jpg", similar)));
    }
    People people = new People(clients);
    assertEquals(1, people.list().size());
    assertEquals(1, people.show("SØREN").references().size());
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT.withConfirmed(true))) {
      assertEquals("enrolled", reason(enrolment.enrol("A twin", "f.jpg", similar)));
    }
    assertEquals(2, people.list().size());
  }

  @Test
  void peopleAreListedRenamedAndForgotten() {
    KafkaClients clients = clients("people");
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      for (int person = 1; person <= 8; person++) {
        enrolled(enrolment.enrol("Person " + person, "test", Portraits.photograph(person)));
      }
    }
    People people = new People(clients);
    assertEquals(
        "Person 1, Person 2, Person 3, Person 4, Person 5, Person 6, Person 7, Person 8",
        people.list().stream()
            .map(entry -> entry.person().name())
            .collect(Collectors.joining(", ")));
    byte[] thumbnail = people.show("person-2").references().get(0).thumbnail();

    assertThrows(UserError.class, () -> people.rename("person 2", "Person 3"));
    assertThrows(UserError.class, () -> people.rename("person 2", "a/b"));
    assertEquals("person-2", people.rename("person 2", "李雷").person().id());
    assertEquals("李雷", people.show("person-2").person().name());
    assertArrayEquals(thumbnail, people.show("李雷").references().get(0).thumbnail());

    assertEquals(1, people.forget("李雷").references().size());
    assertThrows(UserError.class, () -> people.show("李雷"));
    assertThrows(UserError.class, () -> people.forget("person-2"));
    assertEquals(7, people.list().size());
    // Whoever was forgotten may come again.
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      assertEquals(
          false, enrolled(enrolment.enrol("Person 2", "test", Portraits.photograph(2))).already());
    }
    assertEquals(8, people.list().size());
  }

  @Test
  void whatOthersDoWhileAFolderIsEnrolledHolds(@TempDir Path folder) throws Exception {
    KafkaClients clients = clients("meanwhile");
    for (int person = 1; person <= 8; person++) {
      Path own = Files.createDirectory(folder.resolve("Person " + person));
      Files.write(own.resolve("1.jpg"), Portraits.photograph(person));
    }
    Path second = folder.resolve("Person 8").resolve("2.jpg");
    try (Picture picture = Picture.decodeStill(Portraits.photograph(8))) {
      Files.write(second, picture.jpeg(95));
    }
    EnrolmentFolder people = new EnrolmentFolder(folder);
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      enrolment.enrolAll(people.submissions(), result -> {}, () -> false);
    }
    EnrolmentRules renewing =
        EnrolmentRules.DEFAULT.withTerms(
            new EnrolmentTerms(Optional.of("case 18"), Optional.empty()));
    People others = new People(clients);
    List<EnrolmentResult> results = new ArrayList<>();
    try (Enrolment enrolment = enrolment(clients, renewing)) {
      enrolment.enrolAll(
          people.submissions(),
          result -> {
            if (results.isEmpty()) {
              others.watch("Person 6", Optional.of("wanted"));
              others.rename("Person 7", "Ada");
              others.forget("Person 8");
            }
            results.add(result);
          },
          () -> false);
      assertEquals("case 18", others.show("Person 6").references().get(0).consent());
      assertEquals("wanted", others.show("Person 6").person().watchlist());
      assertEquals("Ada", others.show("person-7").person().name());
      assertTrue(others.find("Person 8").isEmpty());
      assertEquals(
          List.of("conflict", "forgotten", "forgotten"),
          results.subList(6, 9).stream().map(EnrolmentTest::reason).toList());
      // It was meant for what was under way.
      assertEquals(
          "enrolled", reason(enrolment.enrol("Person 8", "again", Portraits.photograph(8))));
    }
  }

  @Test
  void theLongestValidityCountsFromEachEnrolment() {
    Duration longest = Duration.ofDays(30);
    EnrolmentRules rules =
        EnrolmentRules.DEFAULT.withDemanded(new TermsRule(false, false, Optional.of(longest)));
    KafkaClients clients = clients("validity");
    try (Enrolment enrolment = enrolment(clients, rules)) {
      for (int person = 1; person <= 2; person++) {
        enrolled(enrolment.enrol("Person " + person, "test", Portraits.photograph(person)));
        Reference reference = new People(clients).show("Person " + person).references().get(0);
        assertEquals(reference.enrolledAt().plus(longest), reference.expiry());
      }
    }
  }

  @Test
  void aFolderIsEnrolledWhateverElseLiesInIt(@TempDir Path folder) throws IOException {
    KafkaClients clients = clients("folder");
    Path root = Files.createDirectory(folder.resolve("people"));
    Path outside = Files.write(folder.resolve("outside.jpg"), Portraits.photograph(5));
    Path one = Files.createDirectory(root.resolve("Ада Лавлейс"));
    Files.write(one.resolve("1.jpg"), Portraits.photograph(1));
    Files.write(one.resolve("2 text.jpg"), "no picture".getBytes(UTF_8));
    Files.createSymbolicLink(one.resolve("3 link.jpg"), outside);
    Files.createDirectory(one.resolve("4 folder"));
    Files.write(one.resolve(".hidden"), new byte[] {1});
    Files.createSymbolicLink(one.resolve("5 dangling.jpg"), folder.resolve("nowhere"));
    Files.createSymbolicLink(one.resolve("6 within.jpg"), one.resolve("1.jpg"));
    Path bad = Files.createDirectory(root.resolve("bell\u0007"));
    Files.write(bad.resolve("1.jpg"), Portraits.photograph(6));
    Files.write(root.resolve("stray.jpg"), Portraits.photograph(6));
    Files.createSymbolicLink(root.resolve("escape"), folder);
    Path four = Files.createDirectory(root.resolve("Four"));
    Files.write(four.resolve("1.jpg"), Portraits.photograph(4));

    EnrolmentFolder enrolmentFolder = new EnrolmentFolder(root);
    List<EnrolmentResult> results = new ArrayList<>();
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      enrolment.enrolAll(enrolmentFolder.submissions(), results::add, () -> false);
    }
    assertEquals(enrolmentFolder.submissions().size(), results.size());
    Map<String, String> reasons =
        results.stream().collect(Collectors.toMap(EnrolmentResult::source, EnrolmentTest::reason));
    assertEquals(
        Map.of(
            "Ада Лавлейс/1.jpg", "enrolled",
            "Ада Лавлейс/2 text.jpg", "not-a-picture",
            "Ада Лавлейс/3 link.jpg", "link",
            "Ада Лавлейс/4 folder", "not-a-file",
            "Ада Лавлейс/5 dangling.jpg", "link",
            "Ада Лавлейс/6 within.jpg", "enrolled",
            "bell\ufffd", "bad-name",
            "stray.jpg", "no-person",
            "escape", "link",
            "Four/1.jpg", "enrolled"),
        reasons);
    assertEquals(
        "Four, Ада Лавлейс",
        new People(clients)
            .list().stream().map(entry -> entry.person().name()).collect(Collectors.joining(", ")));
    assertNotEquals("", new People(clients).show("Four").references().get(0).source());
  }

  @Test
  void whoIsEnrolledOnAWatchlistIsOnItWithEveryReference() {
    KafkaClients clients = clients("watchlist");
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      enrolled(enrolment.enrol("Ada", "1.jpg", Portraits.photograph(1)));
      enrolled(enrolment.enrol("Eve", "2.jpg", Portraits.photograph(2)));
    }
    People people = new People(clients);
    Reference before = people.show("Ada").references().get(0);
    // The portraits are of one person each.
    try (Enrolment enrolment = enrolment(clients, watched("wanted").withConfirmed(true))) {
      enrolled(enrolment.enrol("Ada", "3.jpg", Portraits.photograph(3)));
      assertEquals(List.of("wanted", "wanted"), watchlists(people.show("Ada")));
      assertNull(people.show("Eve").person().watchlist());
    }
    Reference after = people.show("Ada").references().get(0);
    assertArrayEquals(before.thumbnail(), after.thumbnail());
    assertArrayEquals(before.descriptor(), after.descriptor());
    // A picture that is enrolled already moves its person too, and terms can be renewed at once.
    EnrolmentRules moved =
        EnrolmentRules.DEFAULT.withTerms(
            new EnrolmentTerms(Optional.of("case 9"), Optional.empty(), Optional.of("guests")));
    try (Enrolment enrolment = enrolment(clients, moved)) {
      assertTrue(enrolled(enrolment.enrol("Ada", "1.jpg", Portraits.photograph(1))).already());
      assertEquals(List.of("guests", "guests"), watchlists(people.show("Ada")));
      assertEquals("case 9", people.show("Ada").references().get(0).consent());
    }
    // Without a word about it, everybody stays on theirs.
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT.withConfirmed(true))) {
      enrolled(enrolment.enrol("Ada", "4.jpg", Portraits.photograph(4)));
      assertEquals(List.of("guests", "guests", "guests"), watchlists(people.show("Ada")));
    }
    assertThrows(UserError.class, () -> watched("none"));
    assertThrows(UserError.class, () -> watched("Most Wanted"));
  }

  private static EnrolmentRules watched(String watchlist) {
    return EnrolmentRules.DEFAULT.withTerms(
        new EnrolmentTerms(Optional.empty(), Optional.empty(), Optional.of(watchlist)));
  }

  private static List<String> watchlists(People.Entry entry) {
    return entry.references().stream().map(Reference::watchlist).toList();
  }

  @Test
  void theSameNameInOtherLettersIsTheSamePerson(@TempDir Path folder) throws IOException {
    KafkaClients clients = clients("letters");
    List<String> spellings =
        List.of("Jos\u00e9 Mu\u00f1oz", "Jose\u0301 Mun\u0303oz", "JOS\u00c9  mu\u00f1oz", "Eve");
    for (int i = 0; i < spellings.size(); i++) {
      Path own = Files.createDirectory(folder.resolve(spellings.get(i)));
      Files.write(own.resolve("1.jpg"), Portraits.photograph(i + 1));
    }
    EnrolmentRules confirmed = EnrolmentRules.DEFAULT.withConfirmed(true);
    People people = new People(clients);
    for (int time = 0; time < 2; time++) {
      boolean again = time == 1;
      try (Enrolment enrolment = enrolment(clients, confirmed)) {
        enrolment.enrolAll(
            new EnrolmentFolder(folder).submissions(),
            result -> assertEquals(again, enrolled(result).already(), result::toString),
            () -> false);
      }
      assertEquals(2, people.list().size());
      assertEquals(3, people.show("jose-munoz").references().size());
    }
    assertEquals("José Muñoz", people.rename("JOSÉ MUÑOZ", "José Muñoz").person().name());
    try (Enrolment enrolment = enrolment(clients, confirmed)) {
      EnrolmentResult.Enrolled more =
          enrolled(enrolment.enrol("josé muñoz", "5.jpg", Portraits.photograph(5)));
      assertEquals("José Muñoz", more.name());
      assertEquals("jose-munoz", more.person().id());
      assertThrows(UserError.class, () -> people.rename("Eve", "josé\u00a0MUÑOZ"));
    }
    assertEquals(4, people.show("JOSÉ MUÑOZ").references().size());
    people.watch("jose\u0301 mun\u0303oz", Optional.of("guests"));
    people.watch("EVE", Optional.of("guests"));
    people.merge("eve", "ＪＯＳÉ muñoz");
    assertEquals("guests", people.show("José Muñoz").person().watchlist());
    assertEquals(5, people.forget("JOSE\u0301 MUÑOZ").references().size());
  }

  @Test
  void twoPeopleOfOneNameAreKeptApartByTheirIds() throws Exception {
    KafkaClients clients = clients("apart");
    People people = new People(clients);
    try (Enrolment enrolment = enrolment(clients, EnrolmentRules.DEFAULT)) {
      enrolled(enrolment.enrol("John Smith", "1.jpg", Portraits.photograph(1)));
    }
    try (Enrolment enrolment = enrolment(clients, meaning("john-smith-2"))) {
      assertEquals(
          "john-smith-2",
          enrolled(enrolment.enrol("john smith", "2.jpg", Portraits.photograph(2))).person().id());
      assertEquals("other-name", reason(enrolment.enrol("Eve", "3.jpg", Portraits.photograph(3))));
    }
    assertEquals(2, people.list().size());
    EnrolmentRules confirmed = EnrolmentRules.DEFAULT.withConfirmed(true);
    try (Enrolment enrolment = enrolment(clients, confirmed)) {
      EnrolmentResult unclear = enrolment.enrol("JOHN SMITH", "3.jpg", Portraits.photograph(3));
      assertEquals("ambiguous-name", reason(unclear));
      String message = ((EnrolmentResult.Refused) unclear).message();
      assertTrue(message.contains("John Smith (john-smith), john smith (john-smith-2)"), message);
      // Who has it in exactly these letters.
      assertEquals(
          "john-smith",
          enrolled(enrolment.enrol("John Smith", "3.jpg", Portraits.photograph(3))).person().id());
    }
    UserError unclear = assertThrows(UserError.class, () -> people.forget("John Smith"));
    assertTrue(unclear.getMessage().contains("john smith (john-smith-2)"), unclear.getMessage());
    assertThrows(UserError.class, () -> meaning("John Smith"));
  }

  private static EnrolmentRules meaning(String id) {
    return EnrolmentRules.DEFAULT.withTerms(
        new EnrolmentTerms(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(id)));
  }

  @Test
  void whoDoesNotLookLikeThePersonIsAskedForAndTheOthersAreEnrolled(@TempDir Path folder)
      throws Exception {
    KafkaClients clients = clients("unlike");
    Path ada = Files.createDirectory(folder.resolve("Ada"));
    Files.write(ada.resolve("1.jpg"), Portraits.photograph(1));
    Files.write(ada.resolve("2.jpg"), Portraits.photograph(4));
    Files.write(ada.resolve("3.jpg"), mirrored(Portraits.photograph(1)));
    Path eve = Files.createDirectory(folder.resolve("Eve"));
    Files.write(eve.resolve("1.jpg"), Portraits.photograph(5));
    EnrolmentFolder people = new EnrolmentFolder(folder);
    List<EnrolmentResult> results = new ArrayList<>();
    // A mirrored picture is nearly the same.
    EnrolmentRules rules = EnrolmentRules.DEFAULT.withDuplicate(0);
    try (Enrolment enrolment = enrolment(clients, rules)) {
      enrolment.enrolAll(people.submissions(), results::add, () -> false);
    }
    assertEquals(
        List.of("enrolled", "unlike", "enrolled", "enrolled"),
        results.stream().map(EnrolmentTest::reason).toList());
    EnrolmentResult.Refused unlike = (EnrolmentResult.Refused) results.get(1);
    assertTrue(unlike.confirmable());
    assertTrue(unlike.message().contains("Ada/1.jpg"), unlike.message());
    try (Enrolment enrolment = enrolment(clients, rules.withConfirmed(true))) {
      enrolled(enrolment.enrol("Ada", "2.jpg", Portraits.photograph(4)));
    }
    assertEquals(3, new People(clients).show("Ada").references().size());
  }

  private static byte[] mirrored(byte[] photograph) throws Exception {
    try (Picture picture = Picture.decodeStill(photograph)) {
      opencv_core.flip(picture.rgb(), picture.rgb(), 1);
      return picture.jpeg(95);
    }
  }

  @Test
  void aFolderThatIsNoneIsSaidSo(@TempDir Path folder) {
    assertThrows(UserError.class, () -> new EnrolmentFolder(folder.resolve("nowhere")));
  }
}
