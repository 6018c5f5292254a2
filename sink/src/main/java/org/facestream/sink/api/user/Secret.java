package org.facestream.sink.api.user;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A random value that a browser or a person is given. The database has only its hash, which
 * suffices because nobody can try all values.
 */
record Secret(String text) {
  private static final int BYTES = 32;
  private static final int GROUPS = 5;
  private static final int GROUP = 5;

  /** Without letters and digits that look alike. */
  private static final String LEGIBLE = "abcdefghijkmnpqrstuvwxyz23456789";

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A new one of 256 bits. */
  static Secret random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** A new one of 125 bits that is easy to type, such as {@code k3v7p-...}. */
  static Secret legible() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS * GROUP; i++) {
      text.append(i > 0 && i % GROUP == 0 ? "-" : "");
      text.append(LEGIBLE.charAt(RANDOM.nextInt(LEGIBLE.length())));
    }
    return new Secret(text.toString());
  }

  /** Its SHA-256. */
  byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /** Another secret that follows from this one, but from which this one does not follow. */
  Secret derived(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(text.getBytes(UTF_8), "HmacSHA256"));
      return new Secret(
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(mac.doFinal(purpose.getBytes(UTF_8))));
    } catch (NoSuchAlgorithmException | InvalidKeyException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /** Whether the other one is the same, in a time that does not show where they differ. */
  boolean is(String other) {
    return MessageDigest.isEqual(text.getBytes(UTF_8), other.getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "****";
  }
}
