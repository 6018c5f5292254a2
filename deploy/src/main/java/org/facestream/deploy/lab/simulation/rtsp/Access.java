package org.facestream.deploy.lab.simulation.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may use a server. */
public sealed interface Access {
  /** The realm in challenges. */
  String REALM = "facestream";

  /** Anyone. */
  Access OPEN = new Open();

  /**
   * Whether a request may pass.
   *
   * @param authorization the request's header, or null
   * @param nonce the connection's challenge
   * @param method of the request
   */
  boolean allows(String authorization, String nonce, String method);

  /** The header that asks for a user and password. */
  String challenge(String nonce);

  /** Anyone may. */
  record Open() implements Access {
    @Override
    public boolean allows(String authorization, String nonce, String method) {
      return true;
    }

    @Override
    public String challenge(String nonce) {
      throw new IllegalStateException("everyone may pass");
    }
  }

  /** The password in the clear (RFC 7617). */
  record Basic(String user, String password) implements Access {
    @Override
    public boolean allows(String authorization, String nonce, String method) {
      String expected =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
      return authorization != null && same(expected, authorization);
    }

    @Override
    public String challenge(String nonce) {
      return "Basic realm=\"" + REALM + "\"";
    }

    @Override
    public String toString() {
      return "Basic[user=" + user + "]";
    }
  }

  /** A proof of the password by MD5, as RTSP 1.0 cameras ask for it (RFC 2617 without qop). */
  record Digest(String user, String password) implements Access {
    private static final Pattern FIELD = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    @Override
    public boolean allows(String authorization, String nonce, String method) {
      if (authorization == null || !authorization.startsWith("Digest ")) {
        return false;
      }
      String uri = field(authorization, "uri");
      String secret = md5(user + ":" + REALM + ":" + password);
      String expected = md5(secret + ":" + nonce + ":" + md5(method + ":" + uri));
      return user.equals(field(authorization, "username"))
          && nonce.equals(field(authorization, "nonce"))
          && same(expected, field(authorization, "response"));
    }

    @Override
    public String challenge(String nonce) {
      return "Digest realm=\"%s\", nonce=\"%s\"".formatted(REALM, nonce);
    }

    @Override
    public String toString() {
      return "Digest[user=" + user + "]";
    }

    private static String field(String header, String name) {
      Matcher fields = FIELD.matcher(header);
      while (fields.find()) {
        if (fields.group(1).equals(name)) {
          return fields.group(2);
        }
      }
      return "";
    }

    private static String md5(String text) {
      try {
        return HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
      } catch (NoSuchAlgorithmException never) {
        throw new IllegalStateException(never);
      }
    }
  }

  private static boolean same(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
