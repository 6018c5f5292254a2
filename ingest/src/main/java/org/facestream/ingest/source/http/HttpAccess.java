package org.facestream.ingest.source.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Answers a server's challenges: digest access authentication (RFC 7616, MD5 and SHA-256) if it is
 * offered, otherwise basic (RFC 7617).
 *
 * @param user decoded
 * @param password decoded; secret
 */
record HttpAccess(String user, String password) {
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

  /** Matches the beginning of the next challenge after a comma: a word that is not a parameter. */
  private static final Pattern SCHEME = Pattern.compile("\\s*[^\\s,=\"]+\\s+[^\\s,=]");

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * The value of the header {@code Authorization}, one character per byte; empty when no challenge
   * is supported.
   *
   * @param headers values of the header {@code WWW-Authenticate}, one character per byte; each may
   *     contain several challenges
   * @param target of the request, as in its first line
   */
  Optional<String> authorization(List<String> headers, String target) {
    List<String> challenges = headers.stream().flatMap(HttpAccess::challenges).toList();
    for (String challenge : challenges) {
      if (challenge.regionMatches(true, 0, "digest ", 0, 7)) {
        Optional<String> digest = digest(parameters(challenge.substring(7)), target);
        if (digest.isPresent()) {
          return digest;
        }
      }
    }
    return challenges.stream()
        .filter(challenge -> challenge.regionMatches(true, 0, "basic", 0, 5))
        .findFirst()
        .map(
            basic ->
                "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8)));
  }

  private static Stream<String> challenges(String header) {
    List<String> challenges = new ArrayList<>();
    boolean quoted = false;
    int begin = 0;
    for (int at = 0; at < header.length(); at++) {
      char each = header.charAt(at);
      if (quoted && each == '\\') {
        at++;
      } else if (each == '"') {
        quoted = !quoted;
      } else if (each == ','
          && !quoted
          && SCHEME.matcher(header).region(at + 1, header.length()).lookingAt()) {
        challenges.add(header.substring(begin, at).strip());
        begin = at + 1;
      }
    }
    challenges.add(header.substring(begin).strip());
    return challenges.stream();
  }

  private static Map<String, String> parameters(String challenge) {
    Map<String, String> parameters = new HashMap<>();
    Matcher each = PARAMETER.matcher(challenge);
    while (each.find()) {
      parameters.put(
          each.group(1).toLowerCase(Locale.ROOT),
          each.group(2) == null ? each.group(3) : each.group(2));
    }
    return parameters;
  }

  private Optional<String> digest(Map<String, String> challenge, String target) {
    String algorithm = challenge.getOrDefault("algorithm", "MD5");
    String realm = challenge.getOrDefault("realm", "");
    String nonce = challenge.getOrDefault("nonce", "");
    boolean session = algorithm.toLowerCase(Locale.ROOT).endsWith("-sess");
    String hash = session ? algorithm.substring(0, algorithm.length() - 5) : algorithm;
    if (!hash.equalsIgnoreCase("MD5") && !hash.equalsIgnoreCase("SHA-256")) {
      return Optional.empty();
    }
    byte[] random = new byte[8];
    RANDOM.nextBytes(random);
    String own = HexFormat.of().formatHex(random);
    String who = hex(hash, utf8(user) + ":" + realm + ":" + utf8(password));
    who = session ? hex(hash, who + ":" + nonce + ":" + own) : who;
    String what = hex(hash, "GET:" + target);
    String qop = challenge.get("qop");
    boolean counted = qop != null && List.of(qop.split("\\s*,\\s*")).contains("auth");
    String response =
        counted
            ? hex(hash, String.join(":", who, nonce, "00000001", own, "auth", what))
            : hex(hash, who + ":" + nonce + ":" + what);
    StringBuilder answer = new StringBuilder("Digest username=\"" + quoted(utf8(user)) + "\"");
    answer.append(", realm=\"").append(realm).append("\", nonce=\"").append(nonce);
    answer.append("\", uri=\"").append(target).append("\", response=\"").append(response);
    answer.append("\", algorithm=").append(algorithm);
    if (counted) {
      answer.append(", qop=auth, nc=00000001");
    }
    if (counted || session) {
      answer.append(", cnonce=\"").append(own).append('"');
    }
    if (challenge.containsKey("opaque")) {
      answer.append(", opaque=\"").append(challenge.get("opaque")).append('"');
    }
    return Optional.of(answer.toString());
  }

  /** One character per byte, so that the server's realm is returned unchanged. */
  private static String utf8(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String hex(String algorithm, String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm.toUpperCase(Locale.ROOT));
      return HexFormat.of().formatHex(digest.digest(text.getBytes(ISO_8859_1)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has " + algorithm, impossible);
    }
  }

  /** Omits the password. */
  @Override
  public String toString() {
    return "HttpAccess[****]";
  }
}
