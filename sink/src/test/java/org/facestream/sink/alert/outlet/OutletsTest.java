package org.facestream.sink.alert.outlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import io.moquette.broker.Server;
import io.moquette.broker.config.IConfig;
import io.moquette.broker.config.MemoryConfig;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.FreePort;
import org.facestream.sink.SinkConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of outlet with a real server. */
class OutletsTest {
  private static final String SECRET = "0123456789abcdef";
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, 1, 2, 3};

  @TempDir static Path folder;
  private static Path store;
  private static Path certificate;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void certificate() throws Exception {
    store = folder.resolve("server.p12");
    certificate = folder.resolve("server.pem");
    keytool(
        "-genkeypair -alias server -keyalg EC -dname CN=localhost -ext san=dns:localhost -validity 2");
    keytool("-exportcert -rfc -alias server -file " + certificate);
  }

  private static void keytool(String arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", "changeit"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  @AfterEach
  void close() throws Exception {
    Collections.reverse(open);
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private static Map<String, OutletConfig> configs(Map<String, String> settings) {
    Map<String, String> options = new HashMap<>();
    settings.forEach((key, value) -> options.put("sink.outlets.x." + key, value));
    return Settings.load(List.of(SinkConfig.class), Optional.empty(), Map.of(), options)
        .get(SinkConfig.class)
        .outlets();
  }

  private Outlet outlet(String... settings) {
    Map<String, String> options = new HashMap<>(Map.of("timeout", "3s"));
    for (int i = 0; i < settings.length; i += 2) {
      options.put(settings[i], settings[i + 1]);
    }
    Outlet outlet = Outlets.of(configs(options)).get("x");
    open.add(outlet);
    return outlet;
  }

  private static Notice notice(String rule, String who) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("id", "night.t-1").put("who", who);
    return new Notice(
        "night.t-1",
        new Notice.Rule("night", rule),
        who,
        "gate",
        Instant.parse("2026-12-01T03:04:05Z"),
        "https://cctv.example.org/crop?expires=1&signature=2",
        body,
        Optional.of(JPEG));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          url=https://h/hunter2                                            | x.kind is missing
          kind=webhook                                                     | x.url is missing
          kind=webhook url=https://h/hunter2                               | x.secret-file is missing
          kind=webhook url=https://h/hunter2 secret=hunter2                | 16 characters
          kind=webhook url=http://h/hunter2 secret=0123456789abcdef        | is not encrypted
          kind=webhook url=ftp://h/hunter2 secret=0123456789abcdef         | must look like https://
          kind=webhook url=hunter2 secret=0123456789abcdef                 | must look like https://
          kind=webhook url=https://a:hunter2@h secret=0123456789abcdef     | set sink.outlets.x.user
          kind=webhook url=https://h secret=0123456789abcdef user=a        | belong together
          kind=webhook url=https://h secret=0123456789abcdef to=a@b.c      | another kind
          kind=webhook url=https://h secret=0123456789abcdef secret-file=x | exclude each other
          kind=webhook url=https://h secret-file=/none/hunter              | no such file
          kind=webhook url=https://h secret=0123456789abcdef trust=/none   | no such file
          kind=mqtt url=mqtt://h                                           | use mqtts
          kind=mqtt url=mqtts://h secret=0123456789abcdef                  | another kind
          kind=mail url=smtp://h to=a@example.org                          | `from`
          kind=mail url=smtp://h from=a@example.org                        | `to`
          kind=mail url=smtp://h from=a@example.org to=nobody              | `to`
          kind=mail url=https://h from=a@example.org to=b@example.org      | must look like smtp
          """)
  void whatDoesNotGoTogetherIsSaidAtOnce(String settings, String part) {
    Map<String, String> options = new HashMap<>();
    for (String each : settings.split(" ")) {
      String[] pair = each.split("=", 2);
      options.put(pair[0], pair[1]);
    }
    String message = assertThrows(UserError.class, () -> Outlets.of(configs(options))).getMessage();
    assertTrue(message.contains(part), message);
    assertFalse(message.contains("hunter2"), message);
  }

  @Test
  void aWebhookIsSignedAndItsSignatureCanBeVerified() throws Exception {
    AtomicReference<String> signature = new AtomicReference<>();
    AtomicReference<byte[]> body = new AtomicReference<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          signature.set(exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE));
          body.set(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    open.add(() -> server.stop(0));
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/hunter2";
    Outlet outlet = outlet("kind", "webhook", "url", url, "secret", SECRET, "tls", "off");
    assertEquals(Outcome.delivered(), outlet.send(notice("Night", "Zo\u00eb\r\n\u0000")));

    String[] parts = signature.get().split("[=,]");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    mac.update((parts[1] + ".").getBytes(UTF_8));
    assertEquals(HexFormat.of().formatHex(mac.doFinal(body.get())), parts[3]);
    assertPythonVerifies(signature.get(), body.get());

    // Over TLS: an untrusted certificate is refused, and the address is in no message.
    server.stop(0);
    Outcome away = outlet.send(notice("Night", "Zo\u00eb"));
    assertEquals(Outcome.again("it does not accept connections"), away);
  }

  /** The example of the page. */
  private static void assertPythonVerifies(String signature, byte[] body) throws Exception {
    Path page = Path.of("../deploy/docs/alerts.md");
    String example = Files.readString(page).split("```python\n")[1].split("```")[0];
    String program =
        example
            + """
            import sys
            header, body, secret = sys.argv[1], bytes.fromhex(sys.argv[2]), sys.argv[3].encode()
            assert is_genuine(header, body, secret)
            assert not is_genuine(header, body + b" ", secret)
            assert not is_genuine(header, body, secret + b"x")
            assert not is_genuine(header.replace("t=", "t=1"), body, secret)
            """;
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "python3", "-c", program, signature, HexFormat.of().formatHex(body), SECRET)
              .redirectErrorStream(true)
              .start();
    } catch (IOException noPython) {
      assumeTrue(false, "no python3: " + noPython.getMessage());
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  private Server broker(int port, int tlsPort) throws IOException {
    Properties properties = new Properties();
    properties.put(IConfig.HOST_PROPERTY_NAME, "127.0.0.1");
    properties.put(IConfig.PORT_PROPERTY_NAME, String.valueOf(port));
    properties.put(IConfig.SSL_PORT_PROPERTY_NAME, String.valueOf(tlsPort));
    properties.put(IConfig.JKS_PATH_PROPERTY_NAME, store.toString());
    properties.put(IConfig.KEY_STORE_TYPE, "pkcs12");
    properties.put(IConfig.KEY_STORE_PASSWORD_PROPERTY_NAME, "changeit");
    properties.put(IConfig.KEY_MANAGER_PASSWORD_PROPERTY_NAME, "changeit");
    properties.put(IConfig.PERSISTENCE_ENABLED_PROPERTY_NAME, "false");
    properties.put(IConfig.ENABLE_TELEMETRY_NAME, "false");
    properties.put(IConfig.ALLOW_ANONYMOUS_PROPERTY_NAME, "false");
    Server server = new Server();
    server.startServer(
        new MemoryConfig(properties),
        List.of(),
        null,
        (client, user, password) ->
            "ann".equals(user) && "hunter2".equals(new String(password, UTF_8)),
        null);
    return server;
  }

  @Test
  void mqttOverTlsWithDiscoveryOfHomeAssistant() throws Exception {
    int port = FreePort.choose();
    int tlsPort = FreePort.choose();
    Server broker = broker(port, tlsPort);
    try {
      String url = "mqtts://localhost:" + tlsPort;
      String[] good = {
        "kind",
        "mqtt",
        "url",
        url,
        "trust",
        certificate.toString(),
        "user",
        "ann",
        "password",
        "hunter2",
        "discovery",
        "homeassistant"
      };
      Mqtt3BlockingClient reader =
          MqttClient.builder()
              .useMqttVersion3()
              .identifier("reader")
              .serverHost("127.0.0.1")
              .serverPort(port)
              .simpleAuth()
              .username("ann")
              .password("hunter2".getBytes(UTF_8))
              .applySimpleAuth()
              .buildBlocking();
      reader.connect();
      try (Mqtt3BlockingClient.Mqtt3Publishes publishes =
          reader.publishes(MqttGlobalPublishFilter.ALL)) {
        reader.subscribeWith().topicFilter("#").qos(MqttQos.AT_LEAST_ONCE).send();
        Outlet outlet = outlet(good);
        outlet.announce(List.of(new Notice.Rule("night", "Nacht \u263d")));
        Mqtt3Publish config = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertEquals("homeassistant/event/facestream_night/config", config.getTopic().toString());
        ObjectNode entity = (ObjectNode) Json.LENIENT.readTree(config.getPayloadAsBytes());
        assertEquals("Nacht \u263d", entity.path("name").asText());
        assertEquals("facestream/alerts/night", entity.path("state_topic").asText());
        assertEquals("alert", entity.path("event_types").path(0).asText());
        outlet.announce(List.of(new Notice.Rule("night", "Nacht \u263d")));

        assertEquals(Outcome.delivered(), outlet.send(notice("Night", "Zo\u00eb")));
        Mqtt3Publish alert = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertEquals(entity.path("state_topic").asText(), alert.getTopic().toString());
        assertEquals(
            "{\"id\":\"night.t-1\",\"who\":\"Zo\u00eb\",\"event_type\":\"alert\"}",
            new String(alert.getPayloadAsBytes(), UTF_8));
        assertFalse(alert.isRetain());

        outlet.announce(List.of());
        Mqtt3Publish gone = publishes.receive(10, TimeUnit.SECONDS).orElseThrow();
        assertEquals(config.getTopic(), gone.getTopic());
        assertEquals(0, gone.getPayloadAsBytes().length);

        for (String[] wrong :
            new String[][] {
              {"trust", null, "TLS fails"},
              {"url", "mqtts://127.0.0.1:" + tlsPort, "TLS fails"},
              {"password", "hunter3", "refuses the connection: NOT_AUTHORIZED|BAD_USER"}
            }) {
          Map<String, String> settings = new HashMap<>();
          for (int i = 0; i < good.length; i += 2) {
            settings.put(good[i], good[i + 1]);
          }
          if (wrong[1] == null) {
            settings.remove(wrong[0]);
          } else {
            settings.put(wrong[0], wrong[1]);
          }
          Outlet refused = Outlets.of(configs(settings)).get("x");
          open.add(refused);
          Outcome outcome = refused.send(notice("Night", "Zo\u00eb"));
          assertEquals(Outcome.Kind.again, outcome.kind());
          assertTrue(outcome.detail().matches("(?s).*(" + wrong[2] + ").*"), outcome.detail());
        }
        // The broker goes and comes again.
        broker.stopServer();
        Outcome away = outlet.send(notice("Night", "Zo\u00eb"));
        assertEquals(Outcome.Kind.again, away.kind(), away.detail());
        broker = broker(port, tlsPort);
        assertEquals(Outcome.delivered(), outlet.send(notice("Night", "Zo\u00eb")));
      }
    } finally {
      broker.stopServer();
    }
  }

  private GreenMail mailServer(String protocol) {
    System.setProperty("greenmail.tls.keystore.file", store.toString());
    System.setProperty("greenmail.tls.keystore.password", "changeit");
    System.setProperty("greenmail.tls.key.password", "changeit");
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
    server.setUser("cctv@example.org", "ann", "hunter2");
    server.start();
    open.add(server::stop);
    return server;
  }

  @Test
  void aMailHasThePictureAndNoHeaderOfANames() throws Exception {
    GreenMail server = mailServer("smtps");
    String[] settings = {
      "kind", "mail",
      "url", "smtps://localhost:" + server.getSmtps().getPort(),
      "trust", certificate.toString(),
      "user", "ann",
      "password", "hunter2",
      "from", "cctv@example.org",
      "to", "guard@example.org,office@example.org"
    };
    Outlet outlet = outlet(settings);
    String evil = "Ann\r\nBcc: everybody@example.org\r\n\r\n<b>\u2028Subject: x\u0000\ud83d\ude00";
    assertEquals(Outcome.delivered(), outlet.send(notice("Night\nX-Evil: 1", evil)));
    assertTrue(server.waitForIncomingEmail(10_000, 2));
    MimeMessage[] received = server.getReceivedMessages();
    assertEquals(2, received.length, "to the two, and to nobody in a name");
    MimeMessage mail = received[0];
    assertNull(mail.getHeader("Bcc"));
    assertNull(mail.getHeader("X-Evil"));
    assertTrue(mail.getSubject().startsWith("Night X-Evil: 1: Ann Bcc: "), mail.getSubject());
    assertTrue(mail.getSubject().contains("\ud83d\ude00, gate"), mail.getSubject());
    assertEquals("<night.t-1@facestream>", mail.getMessageID());
    MimeMultipart parts = (MimeMultipart) mail.getContent();
    String text = parts.getBodyPart(0).getContent().toString();
    assertTrue(text.contains("Rule: Night X-Evil: 1"), text);
    assertTrue(text.contains("Picture: https://cctv.example.org/crop?"), text);
    BodyPart picture = parts.getBodyPart(1);
    assertEquals("image/jpeg", picture.getContentType().split(";")[0]);
    assertArrayEquals(JPEG, picture.getInputStream().readAllBytes());

    Map<String, String> untrusted = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      untrusted.put(settings[i], settings[i + 1]);
    }
    untrusted.remove("trust");
    Outcome refused = Outlets.of(configs(untrusted)).get("x").send(notice("Night", "Ann"));
    assertEquals(Outcome.Kind.again, refused.kind());
    assertTrue(refused.detail().startsWith("TLS fails"), refused.detail());
  }

  @Test
  void aMailServerWithoutEncryptionIsRefusedUnlessItIsAllowed() throws Exception {
    GreenMail server = mailServer("smtp");
    String url = "smtp://127.0.0.1:" + server.getSmtp().getPort();
    String[] settings = {
      "kind", "mail", "url", url, "from", "cctv@example.org", "to", "guard@example.org"
    };
    Outcome refused = outlet(settings).send(notice("Night", "Ann"));
    assertEquals(Outcome.Kind.again, refused.kind());
    assertTrue(refused.detail().startsWith("TLS fails"), refused.detail());
    assertEquals(0, server.getReceivedMessages().length);

    List<String> plain = new ArrayList<>(List.of(settings));
    plain.addAll(List.of("tls", "off"));
    assertEquals(
        Outcome.delivered(), outlet(plain.toArray(String[]::new)).send(notice("Night", "Ann")));
    plain.addAll(List.of("user", "ann", "password", "hunter3"));
    Outcome denied = outlet(plain.toArray(String[]::new)).send(notice("Night", "Ann"));
    assertEquals(Outcome.again("the server refuses the user or the password"), denied);
    server.stop();
    Outcome away = outlet(plain.toArray(String[]::new)).send(notice("Night", "Ann"));
    assertEquals(Outcome.Kind.again, away.kind());
    assertFalse(away.detail().contains("127.0.0.1"), away.detail());
  }
}
