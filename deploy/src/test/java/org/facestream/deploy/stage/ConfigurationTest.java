package org.facestream.deploy.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.facestream.ingest.worker.config.Key;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.SinkConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every key of the configuration: its default, other values that it takes (the ends of its range
 * among them), and values just outside. A key that is not in the table fails the test, and so does
 * a number or a duration that has no value outside.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigurationTest {
  private static final String TABLE =
      """
      api.compreface-consent                 |          | case-17               |
      api.host                               | 127.0.0.1 | 0.0.0.0              |
      api.inference                          |          | 1 256                 | 0 257
      api.inference-per-caller               | 2        | 1 256                 | 0 257
      api.port                               | 18080    | 8080 0 65535          | -1 65536
      api.session.idle                       | 1h       | 5m 1m                 | 59s
      api.session.lifetime                   | 12h      | 7d 1m                 | 59s
      api.streams                            | 100      | 1 1000                | 0 1001
      api.streams-per-caller                 | 10       | 1 1000                | 0 1001
      api.threads                            | 40       | 8 1000                | 7 1001
      api.trusted-proxies                    |          | 10.0.0.0/8,192.0.2.7  |
      api.upload-bytes                       | 33554432 | 65536                 | 65535
      detector.batch                         | 16       | 8 1 1024              | 0 1025 -1 many 1.5
      detector.best-shots.better-by          | 0.05     | 0.5 0                 | -0.1 NaN
      detector.best-shots.every              | 3s       | 5m 1ms                | 0s
      detector.best-shots.first              | 3        | 5 1                   | 0
      detector.best-shots.first-interval     | 150ms    | 1s 0s                 | -1s
      detector.best-shots.publish            | best     | all                   | some
      detector.crop.jpeg-quality             | 90       | 70 1 100              | 0 101
      detector.crop.margin                   | 0.5      | 0.25 0 2              | -0.01 2.01
      detector.crop.max-side                 | 400      | 320 32 2048           | 31 2049
      detector.cuda.convolution-search       | heuristic | exhaustive default   | quick
      detector.cuda.copy-in-default-stream   | true     | false                 | ture
      detector.cuda.memory-limit             | 0        | 1000000000            | -1
      detector.decode-threads                |          | 4 1 256               | 0 257
      detector.device                        | auto     | cuda:1                |
      detector.max-age                       | 2s       | 5s 4ms                | 3ms
      detector.max-candidates                | 4096     | 100 1                 | 0
      detector.max-faces                     | 256      | 7 1                   | 0
      detector.max-scales                    | 64       | 5 1                   | 0
      detector.min-face-size                 | 40       | 20 12                 | 11
      detector.overlaps                      | 0.5,0.7,0.7,0.7 | 0.4,0.5,0.6,0.8 0,0,1,1 | 0.5,0.7,0.7 1,1,1,1.1 1,1,1,1,1
      detector.scale-factor                  | 0.709    | 0.8 0.001 0.989       | 0 0.99 NaN
      detector.scale-steps                   |          | 0.5,0.25 1            | 0 0.5,1.01
      detector.threads                       |          | 3 1                   | 0
      detector.thresholds                    | 0.6,0.7,0.7 | 0.5,0.6,0.8 0,1,1  | 0.6,0.7 0.6,0.7,0.7,0.7 0.6,0.7,1.1 -0.1,0.7,0.7
      detector.track.confirm-hits            | 2        | 3 1                   | 0
      detector.track.forget-after            | 60s      | 5m 2s                 | 1999ms
      detector.track.max-gap                 | 2s       | 3s 1ms 60s            | 0s
      detector.track.most                    | 200      | 50 1 10000            | 0 10001
      detector.track.tentative-misses        | 1        | 3 0                   | -1
      detector.track.weak-score              | 0.4      | 0.3 0 1               | -0.1 1.1
      detector.turn                          |          | 300ms 1ms 2s          | 0s 2001ms
      gallery.audit-file                     |          | /var/log/audit.log    |
      gallery.conflict                       | 0.9      | 0.7 0 1               | -0.1 1.1
      gallery.counter-example-validity       | 180d     | 30d 1ms               | 0d
      gallery.erase-expired-after            | 1d       | 3d 0s                 | -1d
      gallery.erase-interval                 | 1h       | 5m 1ms                | 0s
      gallery.max-validity                   |          | 90d 1ms               | 0d
      gallery.min-face-size                  | 24       | 60 12                 | 11
      gallery.min-pose                       | 0.4      | 0.7 0 1               | -0.1 1.1 NaN
      gallery.min-score                      | 0.92     | 0.95 0 1              | -0.1 1.1
      gallery.min-sharpness                  | 0.25     | 0.5 0 1               | -0.1 1.1
      gallery.most-references                | 20       | 5 1                   | 0
      gallery.require-consent                | false    | true                  | ture
      gallery.require-expiry                 | false    | true                  | 2
      ingest.as-fast-as-possible             | false    | true                  | maybe
      ingest.backoff-cap                     | 30s      | 2h 1ms                | 0s
      ingest.backoff-first                   | 500ms    | 6ms 1ms               | 0s
      ingest.buffer-bytes                    | 33554432 | 99999999 16777216     | 16777215
      ingest.close-up-bytes                  | 16777216 | 2000000 1048576 1073741824 | 1048575 1073741825
      ingest.close-up-span                   | 5s       | 7s 2s 1m              | 1999ms 61s
      ingest.connect-timeout                 | 5s       | 1s 1ms                | 0s soon
      ingest.decoder                         | none     | auto cuda vaapi       | gpu
      ingest.files-folder                    |          | /clips                |
      ingest.first-frame-timeout             | 10s      | 2s 1ms                | 0s
      ingest.fps                             | 5        | 2.5 0.01 60           | 0 60.1 fast
      ingest.hosts                           |          | 192.0.2.7,door.example |
      ingest.jpeg-quality                    | 85       | 70 1 100              | 0 101
      ingest.max-age                         | 2s       | 5m 1s                 | 0s
      ingest.max-width                       | 1280     | 640 64 7680           | 63 7681
      ingest.motion-keep-alive               | 1500ms   | 3s 0s                 | -1s
      ingest.motion-post-roll                | 2s       | 4s 0s                 | -1s
      ingest.motion-pre-roll                 | 1s       | 500ms 0s 2s           | 2001ms
      ingest.read-timeout                    | 10s      | 3s 1ms                | 0s
      ingest.recording-start                 |          | 2026-11-22T08:00:00Z  | yesterday
      ingest.secrets-folder                  |          | /run/secrets          |
      ingest.send-timeout                    | 2s       | 8s 1h                 | 1999ms 61m
      ingest.stall-after                     | 2s       | 400ms 1ms             | 0s
      kafka.bootstrap-servers                | 127.0.0.1:19092 | broker:9092    |
      kafka.client-properties                |          | /etc/client.properties |
      kafka.partitions                       | 8        | 3 1                   | 0
      kafka.replication                      | 1        | 3                     | 0 32768
      kafka.topic-prefix                     | cctv     | site1                 |
      kafka.topic-settings                   |          | faces.retention.ms=86400000 |
      kafka.topics                           | check    | create mend           | none
      recognizer.batch                       | 32       | 7 1 1024              | 0 1025
      recognizer.camera-thresholds           |          | door=0.55,yard=0.65   |
      recognizer.cuda.convolution-search     | heuristic | exhaustive default   | quick
      recognizer.cuda.copy-in-default-stream | true     | false                 | ture
      recognizer.cuda.memory-limit           | 0        | 1000000000            | -1
      recognizer.device                      | auto     | cpu                   |
      recognizer.distance                    | minimum  | nearest mean          | longest
      recognizer.keep-descriptors            | true     | false                 | flase
      recognizer.margin                      | 0.1      | 0.2 0 1               | -0.1 1.1
      recognizer.max-age                     | 10m      | 1m 1ms                | 0s
      recognizer.min-faces                   | 2        | 4 1 100               | 0 101
      recognizer.min-score                   | 0.9      | 0.8 0 1               | -0.1 2
      recognizer.model                       | facenet  | resnet34-128          |
      recognizer.nearest                     | 3        | 4 1 16                | 0 17
      recognizer.threads                     |          | 3 1                   | 0
      recognizer.threshold                   |          | 0.6 0.001 4           | 0 4.1 NaN
      recognizer.track-timeout               | 6s       | 9s 100ms 1h           | 99ms 61m
      recognizer.visitor-min-quality         | 0.3      | 0.5 0 1               | -0.1 1.1
      recognizer.visitor-retention           | 7d       | 1d 1m                 | 59s
      recognizer.visitor-threshold           |          | 0.6 0.001 4           | 0 4.1 NaN
      recognizer.visitors                    | false    | true                  | onn
      recognizer.watchlist-thresholds        |          | wanted=0.8            |
      sink.alert-link-validity               | 1d       | 2h 1m                 | 59s
      sink.alert-max-age                     | 1h       | 2d 0s                 | -1s
      sink.api-address                       |          | https://cctv.example.org |
      sink.batch-size                        | 500      | 7 1                   | 0
      sink.crops                             | 3        | 0 1                   | -1 4
      sink.crops-bytes                       | 67108864 | 1048576               | 1048575
      sink.crops-wait                        | 1m       | 10s 1ms               | 0s
      sink.forgotten-retention               | 60d      | 90d 31d 0s            | 30d 1ms
      sink.outlets.NAME.discovery            |          | homeassistant         |
      sink.outlets.NAME.from                 |          | cctv@example.org      |
      sink.outlets.NAME.kind                 |          | webhook mqtt mail     | phone
      sink.outlets.NAME.password             |          | secret1               |
      sink.outlets.NAME.password-file        |          | /run/secrets/password |
      sink.outlets.NAME.secret               |          | 0123456789abcdef      |
      sink.outlets.NAME.secret-file          |          | /run/secrets/webhook  |
      sink.outlets.NAME.timeout              | 10s      | 5s 100ms              | 99ms
      sink.outlets.NAME.tls                  | required | off                   | on
      sink.outlets.NAME.to                   |          | a@example.org,b@example.org |
      sink.outlets.NAME.topic                | facestream | home/cctv           |
      sink.outlets.NAME.trust                |          | /etc/ssl/own.pem      |
      sink.outlets.NAME.url                  |          | https://example.org/hook |
      sink.outlets.NAME.user                 |          | ann                   |
      sink.retention.descriptors             | 14d      | 2d 0s                 | -1d
      sink.retention.events                  | 30d      | 2d 0s                 | -1d 99999999999999999d
      sink.retention.pictures                | 14d      | 2d 0s                 | -1d
      sink.retention.unknown                 | 7d       | 2d 0s                 | -1d
      sink.retention-interval                | 1h       | 5m 1ms                | 0s
      sink.search-folder                     |          | /var/lib/search       |
      sink.visit-gap                         | 10m      | 30m 1s                | 999ms
      store.connect-timeout                  | 5s       | 750ms 250ms           | 249ms
      store.password                         |          | secret${1}            |
      store.password-file                    |          | /run/secrets/password |
      store.pool-size                        | 4        | 9 1                   | 0
      store.url                              | jdbc:postgresql://127.0.0.1:15432/facestream | jdbc:postgresql://db/x?password=pw1 |
      store.user                             | facestream | ann                 |
      worker.device-failures                 | 5        | 3 1                   | 0
      worker.http-host                       | 127.0.0.1 | 0.0.0.0              |
      worker.http-port                       | 19090    | 8080 0 65535          | -1 65536
      worker.id                              |          | worker-7              |
      worker.liveness-timeout                | 60s      | 5m 1ms                | 0s
      worker.shutdown-timeout                | 20s      | 5s 0s                 | -1s
      worker.stall-timeout                   | 20s      | 40s 1ms               | 0s
      """;

  private static final Map<String, Row> ROWS =
      TABLE
          .lines()
          .map(Row::of)
          .collect(
              Collectors.toMap(Row::key, Function.identity(), (one, other) -> one, TreeMap::new));

  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  @TempDir private Path folder;

  private record Row(String key, String defaultValue, List<String> taken, List<String> refused) {
    static Row of(String line) {
      String[] cells = line.split("\\|", -1);
      return new Row(cells[0].strip(), cells[1].strip(), words(cells[2]), words(cells[3]));
    }

    private static List<String> words(String cell) {
      return Arrays.stream(cell.strip().split(" +")).filter(word -> !word.isEmpty()).toList();
    }
  }

  Collection<Row> rows() {
    return ROWS.values();
  }

  @Test
  void everyKeyIsInTheTable() {
    Set<String> mapped = new TreeSet<>();
    for (Class<?> mapping : Configuration.MAPPINGS) {
      String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
      mapped.addAll(
          ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(mapping, prefix))
              .keySet());
    }
    assertEquals(ROWS.keySet(), Key.of(Configuration.MAPPINGS).keySet());
    assertEquals(
        ROWS.keySet(),
        leaves(mapped).stream()
            .map(key -> key.replace("outlets.*.", "outlets.NAME."))
            .collect(Collectors.toSet()));
  }

  @Test
  void everyDefaultIsThatOfTheTable() {
    assertEquals(expected(Map.of()), values(load(Map.of())));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aKeySetsItsValueAndNoOther(Row row) {
    assertFalse(row.taken().isEmpty(), "another value than the default");
    for (String value : row.taken()) {
      Map<String, String> expected = expected(Map.of(row.key(), value));
      Map<String, String> options = Map.of(named(row.key()), value);
      assertEquals(expected, values(load(options)), row.key() + "=" + value);
      Map<String, String> environment =
          Map.of(
              "FACESTREAM_" + named(row.key()).toUpperCase(Locale.ROOT).replaceAll("\\W", "_"),
              value);
      assertEquals(
          expected,
          values(Settings.load(Configuration.MAPPINGS, Optional.empty(), environment, Map.of())),
          environment.toString());
    }
  }

  @Test
  void secretsAreNeverShown() {
    Map<String, String> effective =
        load(Map.of("store.password", "hunter2", "store.url", "jdbc:postgresql://db/x?password=pw"))
            .effective();
    assertEquals("****", effective.get("store.password"));
    assertEquals("****", effective.get("store.url"));
    assertEquals("facestream", effective.get("store.user"));
  }

  @Test
  void aNameThatTheUserChoseIsPartOfAKey() {
    Map<String, String> options =
        Map.of(
            "sink.outlets.back-door.kind", "webhook",
            "sink.outlets.back-door.url", "https://example.org/hook/hunter2",
            "sink.outlets.guard.kind", "mail");
    Settings settings = load(options);
    assertEquals(Set.of("back-door", "guard"), settings.get(SinkConfig.class).outlets().keySet());
    assertEquals("****", settings.effective().get("sink.outlets.back-door.url"));
    assertEquals("webhook", settings.effective().get("sink.outlets.back-door.kind"));
    assertTrue(
        settings.effective().keySet().stream().noneMatch(key -> key.contains(".NAME.")),
        settings.effective()::toString);
    for (String unknown :
        List.of("sink.outlets.guard.adress", "sink.outlets.Guard.kind", "sink.outlets.kind")) {
      String message =
          assertThrows(UserError.class, () -> load(Map.of(unknown, "x")), unknown).getMessage();
      assertTrue(message.startsWith("Unknown configuration key '" + unknown), message);
      assertTrue(message.contains("'sink.outlets.NAME."), message);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aValueOutOfItsRangeIsRefused(Row row) {
    Key key = Key.of(Configuration.MAPPINGS).get(row.key());
    boolean bounded =
        Number.class.isAssignableFrom(key.type())
            || key.type() == Duration.class
            || key.type() == Instant.class
            || key.type() == Boolean.class
            || key.type().isEnum();
    assertEquals(bounded, !row.refused().isEmpty(), "values to refuse");
    for (String value : row.refused()) {
      String message =
          assertThrows(UserError.class, () -> load(Map.of(named(row.key()), value)), value)
              .getMessage();
      String begin =
          "%s is '%s' on the command line: it must be ".formatted(named(row.key()), value);
      assertTrue(message.startsWith(begin), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  @Test
  void allThatIsWrongIsSaidAtOnceAndWhere() throws Exception {
    Path file =
        Files.writeString(folder.resolve("facestream.yaml"), "ingest: {max-age: 500ms, fsp: 4}");
    UserError refused =
        assertThrows(
            UserError.class,
            () ->
                Settings.load(
                    Configuration.MAPPINGS,
                    Optional.of(file),
                    Map.of("FACESTREAM_DETECTOR_BATCH", "0", "FACESTREAM_SINK_BATCHSIZE", "7"),
                    Map.of("recognizer.distance", "far", "store.password", "hunter2")));
    assertEquals(
        ("Unknown configuration key 'ingest.fsp' in %s. Did you mean 'ingest.fps'?"
                + " Unknown configuration key 'FACESTREAM_SINK_BATCHSIZE' in the environment."
                + " Did you mean 'FACESTREAM_SINK_BATCH_SIZE'?"
                + " detector.batch is '0' in the environment: it must be an integer, 1 to 1024"
                + " (default 16)."
                + " ingest.motion-pre-roll is '1s' by default: it must be a duration, 0s to"
                + " ingest.max-age (500ms) (default 1s)."
                + " recognizer.distance is 'far' on the command line: it must be minimum | nearest"
                + " | mean (default minimum).")
            .formatted(file),
        refused.getMessage());
  }

  private static Settings load(Map<String, String> options) {
    return Settings.load(Configuration.MAPPINGS, Optional.empty(), Map.of(), options);
  }

  /** The table's defaults, but for some keys. */
  private static Map<String, String> expected(Map<String, String> given) {
    Map<String, String> expected = new TreeMap<>();
    ROWS.forEach(
        (key, row) -> expected.put(key, same(given.getOrDefault(key, row.defaultValue()))));
    return expected;
  }

  /** What the mappings answer for every key of the table. */
  private static Map<String, String> values(Settings settings) {
    Map<String, String> values = new TreeMap<>();
    ROWS.keySet().forEach(key -> values.put(key, value(settings, key)));
    return values;
  }

  private static String value(Settings settings, String key) {
    String[] names = key.split("\\.");
    Object value =
        Configuration.MAPPINGS.stream()
            .filter(each -> each.getAnnotation(ConfigMapping.class).prefix().equals(names[0]))
            .map(settings::get)
            .findFirst()
            .orElseThrow();
    try {
      for (String name : List.of(names).subList(1, names.length)) {
        if (value instanceof Map<?, ?> each) {
          value = each.get("door");
          if (value == null) {
            return same(ROWS.get(key).defaultValue());
          }
          continue;
        }
        Class<?> mapping = value.getClass().getInterfaces()[0];
        value = mapping.getMethod(camel(name)).invoke(value);
      }
    } catch (ReflectiveOperationException missing) {
      throw new AssertionError(key + " has no method of its name", missing);
    }
    return text(value);
  }

  /** A key with a name that a user chose, where it has one. */
  private static String named(String key) {
    return key.replace(".NAME.", ".door.");
  }

  private static String camel(String kebab) {
    return Pattern.compile("-(.)")
        .matcher(kebab)
        .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
  }

  private static String text(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(ConfigurationTest::text).orElse("");
    }
    if (value instanceof OptionalInt optional) {
      return optional.isPresent() ? String.valueOf(optional.getAsInt()) : "";
    }
    if (value instanceof List<?> list) {
      return list.stream().map(ConfigurationTest::text).collect(Collectors.joining(","));
    }
    if (value instanceof Duration time) {
      return time.toMillis() + " milliseconds";
    }
    return value instanceof Enum<?> constant
        ? constant.name().toLowerCase(Locale.ROOT)
        : same(value.toString());
  }

  /** One form for what means the same: 5 and 5.0, 60s and 1m. */
  private static String same(String text) {
    if (text.contains(",")) {
      return Arrays.stream(text.split(","))
          .map(each -> same(each))
          .collect(Collectors.joining(","));
    }
    if (text.matches("-?\\d+(\\.\\d+)?")) {
      return new BigDecimal(text).stripTrailingZeros().toPlainString();
    }
    if (text.matches("\\d+(ms|s|m|h|d)")) {
      String unit = text.replaceAll("\\d", "");
      long amount = Long.parseLong(text.substring(0, text.length() - unit.length()));
      return UNITS.get(unit).multipliedBy(amount).toMillis() + " milliseconds";
    }
    return text;
  }

  /** Without the groups that hold others, and the items of lists. */
  private static Set<String> leaves(Set<String> names) {
    return names.stream()
        .filter(name -> !name.endsWith("[*]"))
        .filter(name -> names.stream().noneMatch(other -> other.startsWith(name + ".")))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
