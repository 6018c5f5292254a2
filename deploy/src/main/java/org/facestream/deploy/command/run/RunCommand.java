package org.facestream.deploy.command.run;

import java.nio.file.Path;
import java.util.List;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.camera.CameraOptions;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "run",
    header = "Run everything in one process: broker, database and all four stages.",
    description = {
      "",
      "Kafka and PostgreSQL are embedded and keep their data in the data folder; a second run on the",
      "same folder continues where the first stopped. Cameras are stored too: give them once. Identity",
      "events go to the standard output, everything else to the standard error. Ctrl-C or SIGTERM ends",
      "the run in an orderly way; with --as-fast-as-possible it also ends when everything is read and",
      "stored."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream run --camera door=rtsp://192.0.2.7/stream --camera hall=rtsp://192.0.2.8/stream",
      "  facestream run --cameras cameras.yaml --data /var/lib/facestream",
      "  facestream run --json > events.jsonl",
      "  facestream run --camera lobby=lobby.mp4 --as-fast-as-possible",
      "",
      "Passwords in camera addresses: write rtsp://viewer:$${env:DOOR}@192.0.2.7/stream in single",
      "quotes and put the password into the variable DOOR."
    })
public final class RunCommand extends Subcommand {
  @Mixin private CameraOptions cameras;
  @Mixin private AllInOneOptions allInOne;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "facestream-data",
      description = "Folder for all data. Default: ${DEFAULT-VALUE}")
  private Path data;

  @Override
  protected int execute() throws Exception {
    Session session = new Session(spec.commandLine(), allInOne);
    return session.orderly(() -> run(session));
  }

  private int run(Session session) throws Exception {
    Configuration configuration = cameras.allowFiles(configuration(), data);
    List<Camera> given = cameras.given(configuration());
    CameraOptions.check(given, configuration, err());
    AllInOne.Ports ports = allInOne.ports(false);
    try (DataFolder folder = DataFolder.take(data, EmbeddedKafka.LEAST_FREE)) {
      try {
        AllInOne.check(configuration, folder, ports);
      } catch (UserError refused) {
        folder.abandon();
        throw refused;
      }
      cameras.rememberFiles(configuration(), folder.path());
      try (LogOutput.LogFile log = LogOutput.file(folder.path().resolve("logs"))) {
        session.say("Starting broker, database and stages in " + folder.path() + " ...");
        try (AllInOne everything = new AllInOne(configuration, folder, ports)) {
          CameraRegistry registry = new CameraRegistry(everything.clients());
          registry.apply(cameras.given(configuration(), registry.list()), false);
          if (cameras.fast()) {
            session.replay(everything, registry.list());
          } else {
            session.run(everything, registry.list(), false, event -> {});
          }
        }
      }
      return session.exitCode();
    }
  }
}
