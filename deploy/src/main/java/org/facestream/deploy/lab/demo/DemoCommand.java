package org.facestream.deploy.lab.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.run.AllInOneOptions;
import org.facestream.deploy.command.run.Session;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.deploy.embedded.Leftovers;
import org.facestream.deploy.lab.simulation.DemoCameras;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.worker.config.Key;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    header = "Show the whole pipeline with simulated cameras.",
    description = {
      "",
      "Three simulated cameras speak RTSP and show people who come and go; some of them are enrolled.",
      "Broker, database and all stages run as with `facestream run`. At the end the demo compares the",
      "people shown with the people recognised. It looks for faces of 50 pixels and more, and uses free",
      "ports if the usual ones are in use. People that you enrol and cameras that you add during the",
      "demo are not judged. Without --data, all data are in a temporary folder that is deleted at the",
      "end."
    },
    sortOptions = false,
    footer = {
      "",
      "The exit code is 0 when everyone enrolled was recognised and nobody was named",
      "wrongly.",
      "",
      "Examples:",
      "  facestream demo",
      "  facestream demo --seconds 90",
      "  facestream demo --json --seconds 60 > events.jsonl"
    })
public final class DemoCommand extends Subcommand {
  private static final String PREFIX = "facestream-demo-";

  private static final String MIN_FACE = "detector.min-face-size";

  private static final Duration EDGE = Duration.ofSeconds(2);

  @Mixin private AllInOneOptions allInOne;

  @Option(names = "--data", paramLabel = "DIR", description = "Keep all data in this folder.")
  private Path data;

  @Override
  protected int execute() throws Exception {
    Session session = new Session(spec.commandLine(), allInOne);
    return session.orderly(() -> run(session));
  }

  private int run(Session session) throws Exception {
    Configuration configuration = enoughFor(configuration());
    // An unknown key is reported before anything is drawn.
    configuration.settings();
    Path place = data == null ? Files.createTempDirectory(PREFIX) : data;
    if (data == null) {
      Leftovers.sweep(place, PREFIX);
    }
    try (DataFolder folder = DataFolder.take(place, EmbeddedKafka.LEAST_FREE)) {
      AllInOne.Ports ports = allInOne.ports(true);
      try {
        AllInOne.check(configuration, folder, ports);
      } catch (UserError refused) {
        folder.abandon();
        throw refused;
      }
      try (LogOutput.LogFile log = LogOutput.file(folder.path().resolve("logs"))) {
        return show(session, configuration, folder, ports);
      }
    } finally {
      if (data == null) {
        delete(place);
      }
    }
  }

  private int show(
      Session session, Configuration configuration, DataFolder folder, AllInOne.Ports ports)
      throws InterruptedException {
    session.say(
        "Drawing the scenes of three cameras; starting broker, database and stages in "
            + folder.path()
            + " ...");
    // Drawing and starting each take some seconds, mostly of different resources.
    CompletableFuture<DemoCameras> drawing =
        CompletableFuture.supplyAsync(() -> DemoCameras.start(0), DemoCommand::newThread);
    try (AllInOne everything = new AllInOne(configuration, folder, ports);
        DemoCameras cameras = drawn(drawing)) {
      int exitCode = show(session, everything, cameras);
      // Before the cameras go: otherwise ingest would complain that they are gone.
      everything.close();
      return exitCode;
    } finally {
      close(drawing);
    }
  }

  /** No face is smaller; this leaves enough CPU on two cores, so that the demo is not late. */
  private static Configuration enoughFor(Configuration configuration) {
    boolean chosen =
        configuration.options().containsKey(MIN_FACE)
            || configuration
                .environment()
                .containsKey(
                    Objects.requireNonNull(Key.of(Configuration.MAPPINGS).get(MIN_FACE), MIN_FACE)
                        .variable())
            || configuration.file().isPresent();
    if (chosen) {
      return configuration;
    }
    Map<String, String> options = new LinkedHashMap<>(configuration.options());
    options.put(MIN_FACE, "50");
    return new Configuration(configuration.file(), configuration.environment(), options);
  }

  private int show(Session session, AllInOne everything, DemoCameras cameras)
      throws InterruptedException {
    enrol(session, everything);
    CameraRegistry registry = new CameraRegistry(everything.clients());
    registry.apply(cameras.cameras(), true);
    // The user may add cameras, whose people are unknown.
    Set<String> shown =
        cameras.cameras().stream().map(Camera::id).collect(Collectors.toUnmodifiableSet());
    Scorecard scorecard = new Scorecard();
    Session.Window window =
        session.run(
            everything,
            registry.list(),
            true,
            event -> {
              if (shown.contains(event.camera())) {
                scorecard.add(event, Instant.now());
              }
            });
    DemoGallery.withdrawn(everything.clients()).forEach(scorecard::withdraw);
    // People who appear or leave at the beginning and end may be recognised too.
    Score score =
        scorecard.score(
            cameras.truth(window.begin().minus(EDGE), window.end().plus(EDGE)),
            window.begin(),
            window.end());
    session.say("");
    if (allInOne.json()) {
      session.say(score.json());
    } else {
      score.text().lines().forEach(session::say);
    }
    if (session.exitCode() != 0) {
      return session.exitCode();
    }
    session.say(
        score.passed()
            ? "Everyone enrolled was recognised, and nobody was named wrongly."
            : "NOT everyone enrolled was recognised, or somebody was named wrongly.");
    return score.passed() ? 0 : Complaints.FAILURE;
  }

  private static void enrol(Session session, AllInOne everything) {
    List<String> names = DemoGallery.enrol(everything.settings(), everything.clients());
    session.say("Enrolled: " + String.join(", ", names) + ". Everyone else is a stranger.");
  }

  private static DemoCameras drawn(CompletableFuture<DemoCameras> drawing) {
    try {
      return drawing.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException told) {
        throw told;
      }
      throw failed;
    }
  }

  /** Also when the rest did not start: closing twice does nothing. */
  private static void close(CompletableFuture<DemoCameras> drawing) {
    drawing.handle(
        (cameras, failed) -> {
          if (cameras != null) {
            cameras.close();
          }
          return null;
        });
  }

  private static void newThread(Runnable task) {
    Thread thread = new Thread(task, "demo-drawing");
    thread.setDaemon(true);
    thread.start();
  }

  /** Deletes a folder with all that is in it. */
  private static void delete(Path place) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> walk = Files.walk(place)) {
      deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
