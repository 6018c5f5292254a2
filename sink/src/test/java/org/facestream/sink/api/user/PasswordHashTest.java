package org.facestream.sink.api.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordHashTest {
  /** From the tests of the reference implementation, P-H-C/phc-winner-argon2. */
  private static final String REFERENCE =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  @Test
  void isTheHashOfTheReferenceImplementation() {
    PasswordHash reference = PasswordHash.parse(REFERENCE);
    assertTrue(reference.matches("password"));
    assertFalse(reference.matches("differentpassword"));
    assertTrue(reference.isOutdated());
    assertEquals(REFERENCE, reference.phc());
  }

  @Test
  void aNewOneHasItsParametersAndAnotherSalt() {
    PasswordHash one = PasswordHash.of("a mile of green wool");
    assertTrue(one.phc().startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), one.phc());
    assertFalse(one.phc().equals(PasswordHash.of("a mile of green wool").phc()));
    assertTrue(PasswordHash.parse(one.phc()).matches("a mile of green wool"));
    assertFalse(one.isOutdated());
    assertFalse(one.toString().contains("argon2"));
  }

  @Test
  void whatWouldTakeTheMemoryIsRefused() {
    for (String bad :
        List.of(
            "",
            "$2b$12$abc",
            REFERENCE.replace("argon2id", "argon2i"),
            REFERENCE.replace("65536", "9999999"),
            REFERENCE.replace("65536", "4"),
            REFERENCE.replace("t=2", "t=0"),
            REFERENCE + "=")) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> PasswordHash.parse(bad));
      assertFalse(String.valueOf(refused.getMessage()).contains("CTFh"));
    }
  }

  @Test
  void lettersAreTheSameHoweverTheyAreComposed() {
    String composed = "\u00e4pfel und birnen";
    String apart = "a\u0308pfel und birnen";
    assertTrue(Passwords.matches(Optional.of(Passwords.hash(composed)), apart));
    assertFalse(Passwords.matches(Optional.empty(), ""));
  }
}
