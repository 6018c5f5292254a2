package org.facestream.ingest.source.address;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.registry.MaskedUrl;

/**
 * Replaces {@code ${env:NAME}} (an environment variable) and {@code ${secret:NAME}} (a file of that
 * name in the secrets folder, without its trailing line break) with their secrets.
 *
 * <p>In the user part of a URL a secret is percent-encoded, so that a password may contain any
 * character; elsewhere it is inserted unchanged. Secrets are read at each connection, so a changed
 * password needs no restart.
 */
final class SecretReferences {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern FORM = Pattern.compile(MaskedUrl.REFERENCE_FORM);

  private static final Pattern USER_PART = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^\\s]*@");

  private final Optional<Path> folder;
  private final Map<String, String> environment;

  SecretReferences(Optional<Path> folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** Whether a URL contains a reference. */
  static boolean anyIn(String url) {
    return REFERENCE.matcher(url).find();
  }

  /**
   * Replaces every reference of a URL. The result is secret.
   *
   * @throws SourceException {@link Fault#SECRET_MISSING} with the reference, or {@link
   *     Fault#URL_REFUSED} when one is malformed
   */
  String resolve(String url) throws SourceException {
    checkForms(url);
    Matcher user = USER_PART.matcher(url);
    int userEnd = user.lookingAt() ? user.end() : 0;
    StringBuilder resolved = new StringBuilder();
    Matcher reference = REFERENCE.matcher(url);
    while (reference.find()) {
      String secret = secret(reference.group(1));
      if (reference.start() < userEnd) {
        secret = URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20");
      }
      reference.appendReplacement(resolved, Matcher.quoteReplacement(secret));
    }
    return reference.appendTail(resolved).toString();
  }

  /**
   * Checks the form of a URL's references, without reading the secrets.
   *
   * @throws SourceException {@link Fault#URL_REFUSED} when one is malformed
   */
  static void checkForms(String url) throws SourceException {
    if (REFERENCE.matcher(url).replaceAll("").contains("${")) {
      throw new SourceException(
          Fault.URL_REFUSED,
          "a reference has no closing brace; write ${secret:NAME}, or %24 for a $ of a password");
    }
    Matcher reference = REFERENCE.matcher(url);
    while (reference.find()) {
      form(reference.group(1));
    }
  }

  private static Matcher form(String text) throws SourceException {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || text.contains("..")) {
      throw new SourceException(
          Fault.URL_REFUSED, "a reference is ${env:NAME} or ${secret:NAME}, with a plain name");
    }
    return form;
  }

  private String secret(String text) throws SourceException {
    Matcher form = form(text);
    String name = form.group(2);
    String value = form.group(1).equals("env") ? environment.get(name) : fromFile(name);
    if (value == null) {
      throw new SourceException(Fault.SECRET_MISSING, "environment variable " + name);
    }
    return value;
  }

  private String fromFile(String name) throws SourceException {
    if (folder.isEmpty()) {
      throw new SourceException(
          Fault.SECRET_MISSING,
          name + ": set ingest.secrets-folder to the folder that contains it");
    }
    try {
      return Files.readString(folder.get().resolve(name)).replaceFirst("[\\r\\n]+$", "");
    } catch (IOException unreadable) {
      throw new SourceException(
          Fault.SECRET_MISSING, name + " cannot be read in the secrets folder " + folder.get());
    }
  }
}
