package org.facestream.sink.api.user;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * An Argon2id hash in the PHC string format, which has its parameters: stored hashes keep theirs
 * when the parameters of new ones change. Source: RFC 9106; parameters by OWASP.
 *
 * @param memory in KiB
 * @param iterations over the memory
 * @param lanes the parallelism
 */
record PasswordHash(int memory, int iterations, int lanes, byte[] salt, byte[] hash) {
  private static final int MEMORY = 19_456;
  private static final int ITERATIONS = 2;
  private static final int LANES = 1;
  private static final int SALT = 16;
  private static final int LENGTH = 32;

  /** Larger values cannot be ours, and would take the memory of the process. */
  private static final int MOST_MEMORY = 1 << 20;

  private static final int MOST_ITERATIONS = 100;

  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})\\$([A-Za-z0-9+/]{10,86})\\$([A-Za-z0-9+/]{22,86})");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Hashes a password with a new salt. */
  static PasswordHash of(String password) {
    byte[] salt = new byte[SALT];
    RANDOM.nextBytes(salt);
    return new PasswordHash(
        MEMORY,
        ITERATIONS,
        LANES,
        salt,
        compute(password, MEMORY, ITERATIONS, LANES, salt, LENGTH));
  }

  /** A hash that no password has; to compare with it takes as long as with any other. */
  static PasswordHash ofNothing() {
    byte[] random = new byte[SALT + LENGTH];
    RANDOM.nextBytes(random);
    byte[] salt = Arrays.copyOf(random, SALT);
    byte[] hash = Arrays.copyOfRange(random, SALT, random.length);
    return new PasswordHash(MEMORY, ITERATIONS, LANES, salt, hash);
  }

  /**
   * Reads a stored one.
   *
   * @throws IllegalArgumentException when it is none; the message does not have it
   */
  static PasswordHash parse(String phc) {
    Matcher parts = PHC.matcher(phc);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no Argon2id hash in the PHC string format");
    }
    int memory = Integer.parseInt(parts.group(1));
    int iterations = Integer.parseInt(parts.group(2));
    int lanes = Integer.parseInt(parts.group(3));
    if (lanes < 1
        || memory < 8 * lanes
        || memory > MOST_MEMORY
        || iterations < 1
        || iterations > MOST_ITERATIONS) {
      throw new IllegalArgumentException("an Argon2id hash with parameters out of range");
    }
    return new PasswordHash(
        memory,
        iterations,
        lanes,
        Base64.getDecoder().decode(parts.group(4)),
        Base64.getDecoder().decode(parts.group(5)));
  }

  /** Whether it is the hash of this password. */
  boolean matches(String password) {
    return MessageDigest.isEqual(
        hash, compute(password, memory, iterations, lanes, salt, hash.length));
  }

  /** Whether it was made with other parameters than new ones are. */
  boolean isOutdated() {
    return memory != MEMORY
        || iterations != ITERATIONS
        || lanes != LANES
        || salt.length != SALT
        || hash.length != LENGTH;
  }

  /** In the PHC string format. */
  String phc() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%s,t=%s,p=%s$%s$%s"
        .formatted(
            memory, iterations, lanes, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  private static byte[] compute(
      String password, int memory, int iterations, int lanes, byte[] salt, int length) {
    Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
    argon2.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memory)
            .withIterations(iterations)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    argon2.generateBytes(password.getBytes(UTF_8), hash);
    return hash;
  }

  @Override
  public String toString() {
    return "****";
  }
}
