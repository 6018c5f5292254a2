package org.facestream.recognizer.gallery.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
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

  @ParameterizedTest
  @ValueSource(strings = {"en", "tr", "az", "lt", "de"})
  void aNameInOtherLettersIsTheSameWhateverTheUsersLanguage(String language) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      assertTrue(PersonName.same("Tiger Woods", " tiger\u00a0 WOODS"));
      assertTrue(PersonName.same("Zoe\u0308", "ZO\u00cb"));
      assertTrue(PersonName.same("\uff34\uff49\uff47\uff45\uff52", "tiger"));
      assertTrue(PersonName.same("Strau\u00df", "STRAUSS"));
      assertTrue(PersonName.same("\u0130pek I\u015f\u0131k", "ipek i\u015fik"));
      assertTrue(
          PersonName.same("\u039d\u03af\u03ba\u03bf\u03c2", "\u039d\u038a\u039a\u039f\u03a3"));
      assertTrue(
          PersonName.same(
              "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
              "\u0639\u0644\u06cc\u0631\u0636\u0627"));
      assertTrue(PersonName.same("\u845b\udb40\udd00\u57ce", "\u845b\u57ce"));
      assertFalse(PersonName.same("Jos\u00e9", "Jose"));
      assertFalse(PersonName.same("S\u00f8ren", "Soren"));
      assertFalse(PersonName.same("Ann Lee", "Annlee"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ada", "ada lovelace", "", "-", "a/b", "ada-", "jos\u00e9"})
  void anIdIsOfTheKindThatIsMade(String id) {
    assertThrows(UserError.class, () -> PersonName.checkId(id));
    assertEquals("ada-lovelace-2", PersonName.checkId("ada-lovelace-2"));
    assertEquals("\u674e\u96f7", PersonName.checkId("\u674e\u96f7"));
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
    assertTrue(message.contains("'Unknown' is the name of unknown people"), message);
    assertEquals("Unknown Soldier", PersonName.check("Unknown Soldier"));
  }

  @Test
  void joinersOfScriptsThatNeedThemAreKept() {
    assertEquals("علی\u200cرضا", PersonName.check("علی\u200cرضا"));
  }
}
