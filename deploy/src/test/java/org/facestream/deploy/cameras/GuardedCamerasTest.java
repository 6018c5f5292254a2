package org.facestream.deploy.cameras;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.H264Loop;
import org.facestream.deploy.lab.simulation.rtsp.MovingPattern;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.registry.CameraTopic;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Cameras that want a password: who has the wrong one is told so, and nobody learns any. */
class GuardedCamerasTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String USER = "guard";
  private static final String RIGHT = "r1ght/Pa:ss@w0rd";
  private static final String WRONG = "wr0ng/Pa:ss@w0rd";
  private static final String IN_THE_CLEAR = "wr0ng-and-in-the-address";

  @TempDir private Path folder;

  @Test
  void aWrongPasswordIsSaidAndNoPasswordIsShown() throws Exception {
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(secrets.resolve("RIGHT"), RIGHT);
    Files.writeString(secrets.resolve("WRONG"), WRONG);
    try (LogLines log = new LogLines(Logger.ROOT_LOGGER_NAME);
        Closing closing = new Closing()) {
      List<String> wrong = new ArrayList<>();
      List<String> right = new ArrayList<>();
      IngestSite site =
          closing.add(
              new IngestSite(
                  folder.resolve("kafka"),
                  Map.of(
                      "ingest.secrets-folder", secrets.toString(), "ingest.backoff-cap", "500ms")));
      servers(closing)
          .forEach(
              (name, url) -> {
                site.add("wrong-" + name, with(url, USER + ":${secret:WRONG}"));
                site.add("clear-" + name, with(url, USER + ":" + IN_THE_CLEAR));
                site.add("right-" + name, with(url, USER + ":${secret:RIGHT}"));
                wrong.addAll(List.of("wrong-" + name, "clear-" + name));
                right.add("right-" + name);
              });
      for (String camera : right) {
        site.await(camera, CameraState.LIVE, PATIENCE);
      }
      for (String camera : wrong) {
        site.awaitReport(camera, CameraState.BACKOFF, PATIENCE);
      }
      for (String camera : wrong) {
        List<String> reasons =
            site.observations().reports(camera, CameraState.BACKOFF).stream()
                .map(CameraReport::reason)
                .distinct()
                .toList();
        Figures.print(
            7,
            "%s: backoff (%s), %.0f attempts",
            camera,
            reasons,
            site.count("facestream.camera.reconnects", camera, "unauthorized"));
        assertEquals(List.of("unauthorized"), reasons, camera);
        assertTrue(site.observations().frames(camera).isEmpty(), camera);
      }

      List<String> said = new ArrayList<>();
      log.lines().forEach(line -> said.add(line.text()));
      assertTrue(said.stream().anyMatch(line -> line.contains("user or password is wrong")));
      int lines = said.size();
      said.add(site.telemetry().scrape());
      List<String> records = records(site);
      said.addAll(records);
      said.addAll(site.registry().list().stream().map(Camera::toString).toList());
      for (String text : said) {
        for (String secret : forms()) {
          assertFalse(text.contains(secret), () -> secret + " is in " + text);
        }
      }
      Figures.print(
          7,
          "no form of a password in %d log lines, the metrics, %d records of the topics",
          lines,
          records.size());
    }
  }

  private Map<String, String> servers(Closing closing) {
    H264Loop video = MovingPattern.h264(320, 240, 20);
    Map<String, String> urls = new TreeMap<>();
    urls.put("basic", closing.add(new OwnServer(video, new Access.Basic(USER, RIGHT))).url());
    urls.put("digest", closing.add(new OwnServer(video, new Access.Digest(USER, RIGHT))).url());
    if (GStreamerServer.installed()) {
      for (String method : List.of("basic", "digest")) {
        urls.put(
            method + "-gstreamer",
            closing.add(new GStreamerServer(folder, method + ":" + USER + ":" + RIGHT)).url());
      }
    }
    return urls;
  }

  private static String with(String url, String login) {
    return url.replace("rtsp://", "rtsp://" + login + "@");
  }

  /** As they may appear, the user's name apart: that is no secret. */
  private static Set<String> forms() {
    Set<String> forms = new HashSet<>();
    for (String secret : List.of(RIGHT, WRONG, IN_THE_CLEAR)) {
      forms.add(secret);
      forms.add(secret.replace("/", "%2F").replace(":", "%3A").replace("@", "%40"));
      forms.add(secret.split("[/@:]")[0]);
      forms.add(Base64.getEncoder().encodeToString((USER + ":" + secret).getBytes(UTF_8)));
    }
    return forms;
  }

  /** Every record of every topic, but for the addresses that a camera was given in the clear. */
  private static List<String> records(IngestSite site) throws Exception {
    List<String> texts = new ArrayList<>();
    try (Admin admin = site.clients().admin();
        Consumer<String, byte[]> consumer = site.clients().reader(Map.of())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : admin.listTopics().names().get()) {
        consumer
            .partitionsFor(topic)
            .forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      String cameras = site.clients().name(CameraTopic.TOPIC);
      // Cameras go on publishing: up to what is the end now.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          String text = record.key() + new String(value(record), ISO_8859_1) + record.headers();
          texts.add(record.topic().equals(cameras) ? text.replace(IN_THE_CLEAR, "") : text);
        }
      }
    }
    assertTrue(texts.size() > 10, "too few records: " + texts.size());
    return texts;
  }

  private static byte[] value(ConsumerRecord<String, byte[]> record) {
    return record.value() == null ? new byte[0] : record.value();
  }
}
