package org.facestream.recognizer.gallery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonNameTest {
  @ParameterizedTest
  @CsvSource({
    "Ada Lovelace, ada-lovelace",
    "Søren Kierkegaard, søren-kierkegaard",
    "José  Ángel, jose-angel",
    "李雷, 李雷",
    "Владимир, владимир",
    "محمد, محمد",
    "नरेन्द्र, नरेन्द्र",
    "O'Brien (junior), o-brien-junior",
  })
  void namesOfAnyScriptAreKeptAndGiveAReadableId(String name, String id) {
    assertEquals(name, PersonName.check("  " + name + " "));
    assertEquals(id, PersonName.id(name, Set.of()));
  }

  @Test
  void composedAndDecomposedAreOneName() {
    assertEquals(PersonName.check("Jos\u00e9"), PersonName.check("Jose\u0301"));
  }

  @Test
  void theSameIdIsNotGivenToTwo() {
    String second = PersonName.id("Jörg", List.of("jorg"));
    assertTrue(second.matches("jorg-[0-9a-f]{8}"), second);
    assertEquals(second, PersonName.id("Jörg", List.of("jorg")));
  }

  @Test
  void idsAreBounded() {
    assertTrue(PersonName.id("x".repeat(200), Set.of()).length() <= 64);
    assertTrue(PersonName.id("\ud842\udfb7".repeat(100), Set.of()).length() <= 64);
    assertTrue(PersonName.id("!!!", Set.of()).matches("person-[0-9a-f]{8}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        ".",
        "..",
        "../ada",
        "a/b",
        "a\\b",
        "bell\u0007",
        "line\nbreak",
        "\u202eevil",
        "\ufeffada",
        "unknown",
        " UnKnown ",
        "half \ud800"
      })
  void refusesWhatIsNoName(String name) {
    String message = assertThrows(UserError.class, () -> PersonName.check(name)).getMessage();
    assertEquals(1, message.lines().count());
    assertFalse(message.chars().anyMatch(Character::isISOControl), message);
  }

  @Test
  void refusesHugeNamesWithAShortMessage() {
    String message =
        assertThrows(UserError.class, () -> PersonName.check("n".repeat(10_000))).getMessage();
    assertTrue(message.contains("10000"), message);
    assertTrue(message.length() < 150, message);
  }

  @Test
  void whatEventsCallStrangersIsNobodysName() {
    String message = assertThrows(UserError.class, () -> PersonName.check("Unknown")).getMessage();
    assertTrue(message.contains("'Unknown' is what events call"), message);
    assertEquals("Unknown Soldier", PersonName.check("Unknown Soldier"));
  }

  @Test
  void joinersOfScriptsThatNeedThemAreKept() {
    assertEquals("علی\u200cرضا", PersonName.check("علی\u200cرضا"));
  }
}
