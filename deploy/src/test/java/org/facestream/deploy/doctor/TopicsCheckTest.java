package org.facestream.deploy.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.stage.Configuration;
import org.facestream.deploy.stage.EveryTopic;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topic;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.IdentityTopology;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** On a real broker, topics whose settings somebody changed. */
class TopicsCheckTest {
  private static final String WEEK = String.valueOf(TimeUnit.DAYS.toMillis(7));
  private static final String SIX_HOURS = String.valueOf(TimeUnit.HOURS.toMillis(6));

  private static final Map<String, String> CREATE = Map.of("kafka.topics", "create");

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() {
    kafka = new EmbeddedKafka(folder, 0);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void newTopicsAreAsWanted() {
    KafkaClients clients = clients("new", Map.of());
    List<Topic> ours = EveryTopic.LIST.stream().filter(each -> !each.ofStreams()).toList();
    Topics.ensure(clients, ours);
    assertEquals("as wanted", check(clients).run().text());
    List<String> lines = logged(() -> Topics.ensure(clients("new", Map.of()), ours));
    assertEquals(List.of(), lines);
  }

  @Test
  void whatDiffersIsSaidAndOnlyMendedOnWish() throws Exception {
    KafkaClients clients = clients("changed", Map.of());
    List<Topic> topics = List.of(FaceTopic.TOPIC, GalleryTopic.TOPIC, IdentityTopic.TOPIC);
    Topics.ensure(clients, topics);
    change(clients, FaceTopic.TOPIC, Map.of("retention.ms", WEEK, "max.message.bytes", "1048588"));
    change(clients, GalleryTopic.TOPIC, Map.of("cleanup.policy", "compact,delete"));
    // Not in its contract: what every contract takes for granted.
    change(clients, IdentityTopic.TOPIC, Map.of("retention.bytes", "1048576"));

    List<String> expected =
        List.of(
            "changed.faces.v1: retention.ms is 604800000 (7 days), but should be 21600000 (6 hours):"
                + " records, including those of people who were forgotten, stay longer",
            "changed.faces.v1: max.message.bytes is 1048588 (1 MiB), but should be 16777216 (16 MiB):"
                + " the broker refuses",
            "changed.gallery.v1: cleanup.policy is compact,delete, but should be compact: ",
            "changed.identities.v1: retention.bytes is 1048576 (1 MiB), but should be -1 "
                + "(no limit): records are deleted before their retention ends");
    Check.Result found = check(clients).run();
    assertInstanceOf(Check.Bad.class, found);
    expected.forEach(line -> assertTrue(found.text().contains(line), found.text()));
    assertTrue(found.text().contains("facestream doctor --mend"), found.text());

    // A stage that starts says the same, once, and changes nothing.
    KafkaClients another = clients("changed", Map.of());
    List<String> lines =
        logged(
            () -> {
              Topics.ensure(another, topics);
              Topics.ensure(another, topics);
            });
    assertEquals(4, lines.size(), lines::toString);
    expected.forEach(
        line -> assertTrue(lines.stream().anyMatch(each -> each.contains(line)), lines::toString));
    assertEquals(List.of(), logged(() -> Topics.ensure(clients("changed", CREATE), topics)));
    assertEquals(WEEK, settings(clients, FaceTopic.TOPIC).get("retention.ms"));

    // On purpose: neither said nor mended.
    KafkaClients purpose =
        clients(
            "changed",
            Map.of(
                "kafka.topics",
                "mend",
                "kafka.topic-settings",
                "faces.retention.ms=" + WEEK + ",gallery.cleanup.policy=delete\\,compact"));
    List<String> mended = logged(() -> Topics.ensure(purpose, topics));
    assertEquals(2, mended.size(), mended::toString);
    assertTrue(
        mended.stream()
            .anyMatch(
                line ->
                    line.contains(
                        "changed.faces.v1: max.message.bytes was 1048588 and is now 16777216")),
        mended::toString);
    assertEquals(WEEK, settings(clients, FaceTopic.TOPIC).get("retention.ms"));
    assertEquals("as wanted", check(purpose).run().text());

    assertTrue(check(clients).run().text().contains("retention.ms"));
    Check.Result now = check(clients).mend();
    assertInstanceOf(Check.Good.class, now, now.text());
    assertTrue(now.text().contains("retention.ms was " + WEEK + " and is " + SIX_HOURS + " now"));
    assertEquals(SIX_HOURS, settings(clients, FaceTopic.TOPIC).get("retention.ms"));
    assertEquals("as wanted", check(clients).run().text());
  }

  @Test
  void partitionsAreNotMendedAndWhyIsSaid() {
    Topics.ensure(clients("parts", Map.of("kafka.partitions", "2")), List.of(FaceTopic.TOPIC));
    for (String wanted : List.of("1", "3")) {
      KafkaClients clients = clients("parts", Map.of("kafka.partitions", wanted));
      Check.Result found = check(clients).mend();
      assertInstanceOf(Check.Note.class, found, found.text());
      assertTrue(found.text().contains("partitions is 2, but should be " + wanted), found.text());
      assertTrue(
          found
              .text()
              .contains(wanted.equals("1") ? "cannot be removed" : "a tombstone would not erase"),
          found.text());
      // Nothing that somebody must act on.
      assertEquals(List.of(), logged(() -> Topics.ensure(clients, List.of(FaceTopic.TOPIC))));
    }
  }

  /** Kafka Streams made it, with whatever it was told then. */
  @Test
  void theChangelogOfTheTracksIsComparedToo() throws Exception {
    KafkaClients clients = clients("streams", Map.of());
    Topic changelog = IdentityTopology.CHANGELOG_TOPIC;
    assertEquals("streams.identity-tracks-changelog", clients.name(changelog));
    List<String> absent = logged(() -> Topics.compare(clients, List.of(changelog)));
    assertEquals(List.of(), absent);
    try (Admin admin = clients.admin()) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(clients.name(changelog), 5, (short) 1)
                      .configs(Map.of("cleanup.policy", "compact"))))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
    Check.Result found = check(clients).run();
    assertTrue(found.text().contains("segment.ms is 604800000"), found.text());
    assertFalse(found.text().contains("partitions"), found.text());
    assertInstanceOf(Check.Good.class, check(clients).mend());
    assertEquals("600000", settings(clients, changelog).get("segment.ms"));
  }

  @Test
  void aSettingOnPurposeThatIsNoneIsRefused() {
    for (String wrong : List.of("faces", "faces.retention.ms", "faces.a b=1")) {
      UserError refused =
          assertThrows(
              UserError.class, () -> clients("wrong", Map.of("kafka.topic-settings", wrong)));
      assertTrue(refused.getMessage().contains("TOPIC.SETTING=VALUE"), refused.getMessage());
    }
    Configuration configuration =
        new Configuration(
            Optional.empty(), Map.of(), Map.of("kafka.topic-settings", "face.retention.ms=4"));
    UserError refused = assertThrows(UserError.class, configuration::settings);
    assertTrue(
        refused.getMessage().startsWith("kafka.topic-settings contains the topic face, but"),
        refused.getMessage());
  }

  private static TopicsCheck check(KafkaClients clients) {
    return new TopicsCheck(clients.config());
  }

  private static KafkaClients clients(String prefix, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("kafka.topic-prefix", prefix);
    all.putIfAbsent("kafka.partitions", "1");
    return KafkaClients.of(kafka.bootstrapServers(), all);
  }

  private static void change(KafkaClients clients, Topic topic, Map<String, String> settings)
      throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, clients.name(topic));
    List<AlterConfigOp> operations =
        settings.entrySet().stream()
            .map(
                each ->
                    new AlterConfigOp(
                        new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
            .toList();
    try (Admin admin = clients.admin()) {
      admin.incrementalAlterConfigs(Map.of(resource, operations)).all().get(20, TimeUnit.SECONDS);
    }
  }

  private static Map<String, String> settings(KafkaClients clients, Topic topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, clients.name(topic));
    try (Admin admin = clients.admin()) {
      Config config =
          admin.describeConfigs(List.of(resource)).all().get(20, TimeUnit.SECONDS).get(resource);
      return config.entries().stream()
          .filter(entry -> entry.value() != null)
          .collect(
              Collectors.toMap(
                  ConfigEntry::name, ConfigEntry::value, (one, other) -> one, TreeMap::new));
    }
  }

  /** What is warned of meanwhile. */
  private static List<String> logged(Runnable action) {
    Logger logger = (Logger) LoggerFactory.getLogger(Topics.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      action.run();
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream()
        .filter(line -> line.getLevel().levelInt >= Level.WARN_INT)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
