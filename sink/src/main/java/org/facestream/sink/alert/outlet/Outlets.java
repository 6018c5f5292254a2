package org.facestream.sink.alert.outlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/** The outlets of a configuration, checked. */
public final class Outlets {
  private static final int SHORTEST_SECRET = 16;

  private final String name;
  private final OutletConfig config;

  private Outlets(String name, OutletConfig config) {
    this.name = name;
    this.config = config;
  }

  /**
   * Makes every outlet, by name; none connects yet.
   *
   * @throws UserError with the keys whose values do not go together; it quotes no address and no
   *     secret
   */
  public static Map<String, Outlet> of(Map<String, OutletConfig> configs) {
    Map<String, Outlet> outlets = new TreeMap<>();
    configs.forEach((name, config) -> outlets.put(name, new Outlets(name, config).make()));
    return outlets;
  }

  private Outlet make() {
    OutletConfig.Kind kind =
        config.kind().orElseThrow(() -> wrong("kind", "is missing: webhook, mqtt or mail"));
    boolean webhook = kind == OutletConfig.Kind.webhook;
    boolean mail = kind == OutletConfig.Kind.mail;
    if (!webhook) {
      unused("secret", config.secret());
      unused("secret-file", config.secretFile());
    }
    if (kind != OutletConfig.Kind.mqtt) {
      unused("discovery", config.discovery());
    }
    if (!mail) {
      unused("from", config.from());
      unused("to", config.to());
    }
    Optional<String> password = secret("password", config.password(), config.passwordFile());
    if (password.isPresent() != config.user().isPresent()) {
      throw wrong("user", "and its password belong together: set both, or none");
    }
    return switch (kind) {
      case webhook -> {
        URI address = address(Set.of("https"), Set.of("http"));
        String secret =
            secret("secret", config.secret(), config.secretFile())
                .orElseThrow(() -> wrong("secret-file", "is missing: a webhook is signed"));
        if (secret.length() < SHORTEST_SECRET) {
          throw wrong("secret", "must have 16 characters or more");
        }
        yield new Webhook(
            name,
            address,
            secret,
            config.user().map(user -> user + ":" + password.get()),
            trust(),
            config.timeout());
      }
      case mqtt ->
          new Mqtt(
              name,
              address(Set.of("mqtts"), Set.of("mqtt")),
              config,
              password.orElse(null),
              trustManagers());
      case mail ->
          new Mail(
              address(Set.of("smtps", "smtp"), Set.of()), config, password.orElse(null), trust());
    };
  }

  private UserError wrong(String key, String what) {
    return new UserError("sink.outlets.%s.%s %s.".formatted(name, key, what));
  }

  private void unused(String key, Optional<?> value) {
    if (value.isPresent()) {
      throw wrong(key, "is for outlets of another kind; remove it");
    }
  }

  private URI address(Set<String> encrypted, Set<String> plain) {
    String url = config.url().orElseThrow(() -> wrong("url", "is missing"));
    URI address;
    try {
      address = new URI(url);
    } catch (URISyntaxException malformed) {
      // Without a cause: its message quotes the address.
      throw wrong("url", "is not an address, such as " + encrypted.iterator().next() + "://HOST");
    }
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    if (plain.contains(scheme) && config.tls() == OutletConfig.Tls.required) {
      throw wrong(
          "url",
          "is not encrypted: use %s, or set sink.outlets.%s.tls=off"
              .formatted(encrypted.iterator().next(), name));
    }
    if (!(encrypted.contains(scheme) || plain.contains(scheme)) || address.getHost() == null) {
      throw wrong(
          "url", "must look like " + encrypted.stream().sorted().iterator().next() + "://HOST");
    }
    if (address.getRawUserInfo() != null) {
      throw wrong("url", "has a user: set sink.outlets.%s.user instead".formatted(name));
    }
    return address;
  }

  private Optional<String> secret(String key, Optional<String> given, Optional<Path> file) {
    if (given.isPresent() && file.isPresent()) {
      throw wrong(key, "and " + key + "-file exclude each other; set one");
    }
    return file.isEmpty()
        ? given
        : Optional.of(new String(read(key + "-file", file.get()), UTF_8).strip());
  }

  private byte[] read(String key, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw wrong(key, "cannot be read (%s)".formatted(UserError.reason(unreadable)));
    }
  }

  private @Nullable TrustManagerFactory trustManagers() {
    if (config.trust().isEmpty()) {
      return null;
    }
    try {
      Collection<? extends Certificate> trusted =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read("trust", config.trust().get())));
      if (trusted.isEmpty()) {
        throw wrong("trust", "contains no certificate");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate each : trusted) {
        store.setCertificateEntry("trusted-" + store.size(), each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (GeneralSecurityException | IOException malformed) {
      throw wrong("trust", "is not a PEM file of certificates");
    }
  }

  private @Nullable SSLContext trust() {
    TrustManagerFactory factory = trustManagers();
    if (factory == null) {
      return null;
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
