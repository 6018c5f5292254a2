package org.facestream.deploy.recognition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.facestream.deploy.FacestreamCommand;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.RecognizerStage;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A device that does not run anything any more ends the process, and the process says so. */
@Timeout(300)
class LostDeviceTest extends RecognizerStageCase {
  private static final String COMPLAINT =
      "facestream: recognizer ended: the device failed 3 times in a row, so a new "
          + "process is needed (";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aStageLeavesItsGroupAndAnotherDoesItsWork() throws Exception {
    KafkaClients clients = clients("lost");
    Topics.ensure(clients, List.of(FaceTopic.TOPIC, IdentityTopic.TOPIC, Topics.DEAD_LETTERS));
    Face first = face(4, 1, "door", "first", 0);
    send(clients, first);
    int exitCode =
        execute(
            "recognizer",
            "--set",
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "--set",
            "kafka.topic-prefix=lost",
            "--set",
            "worker.http-port=0",
            "--set",
            "worker.device-failures=3",
            "--set",
            "recognizer.device=cpu",
            "--set",
            "recognizer.model=" + TiringNetwork.write(folder, 2));
    assertEquals(1, exitCode, err::toString);
    assertTrue(err.toString().startsWith(COMPLAINT), err::toString);
    try (Admin admin = clients.admin()) {
      assertEquals(
          List.of(),
          List.copyOf(
              admin
                  .describeConsumerGroups(List.of("lost.recognizer"))
                  .all()
                  .get(10, TimeUnit.SECONDS)
                  .get("lost.recognizer")
                  .members()));
    }
    try (Telemetry telemetry = new Telemetry();
        RecognizerStage stage = stage("lost", telemetry)) {
      stage.start();
      only(
          events(clients, is(IdentityEvent.Type.started, "first")),
          is(IdentityEvent.Type.started, "first"));
    }
  }

  @Test
  void anAllInOneEndsInAnOrderlyWay() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("lobby"));
    byte[] portrait = DemoPeople.portrait(DemoPeople.all().get(0));
    for (int i = 0; i < 12; i++) {
      Files.write(pictures.resolve("%02d.jpg".formatted(i)), portrait);
    }
    int exitCode =
        execute(
            "run",
            "--camera",
            "lobby=" + pictures,
            "--as-fast-as-possible",
            "--data",
            folder.resolve("data").toString(),
            "--ephemeral-ports",
            "--json",
            "--set",
            "worker.device-failures=3",
            "--set",
            "recognizer.model=" + TiringNetwork.write(folder, 2));
    assertEquals(1, exitCode, err::toString);
    assertTrue(err.toString().contains("\n" + COMPLAINT), err::toString);
    // PostgreSQL was stopped, not left behind.
    assertTrue(Files.notExists(folder.resolve("data/postgres/data/postmaster.pid")));
  }

  private int execute(String... arguments) {
    CommandLine line = FacestreamCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
