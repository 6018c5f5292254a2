package org.facestream.deploy.command.enrol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.ExpiryDay;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.process.Shutdown;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.sink.people.Enroller;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "compreface",
    header = "Import the face collection of CompreFace.",
    description = {
      "",
      "Lists the pictures of a recognition service through CompreFace's API, downloads and enrols",
      "them. Each picture has its own result; one that cannot be used is reported, and the others",
      "are enrolled. Run the same command again to continue: enrolled pictures are not enrolled",
      "again, and with --folder downloaded ones not downloaded again. Import only people who agreed",
      "to it: consent that was given for CompreFace may not cover cameras.",
      "",
      "The exit code is 0 when at least one picture is enrolled, now or before; 1 when further",
      "pictures wait for --confirm or a download; 2 when none is enrolled."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream import compreface http://compreface:8000 --key-file key.txt --consent HR-2026",
      "  facestream import compreface http://compreface:8000 --key-file key.txt --folder collection/",
      "  facestream import compreface --folder collection/ --report report.csv"
    })
final class ImportCompreFaceCommand extends Subcommand {
  private static final String NOT_DOWNLOADED = "not-downloaded";

  @Mixin private KafkaOptions kafka;

  @Parameters(
      arity = "0..1",
      paramLabel = "ADDRESS",
      description = "Where CompreFace answers. Default: what is in --folder already")
  private @Nullable String address;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the API key of the recognition service.")
  private @Nullable Path keyFile;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = {
        "Keep the pictures here, in one folder for each person. Default: they",
        "are not kept"
      })
  private @Nullable Path folder;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the result for each picture, with the reason, to a CSV file.")
  private @Nullable Path reportFile;

  @Option(
      names = "--confirm",
      description = {
        "Also enrol a face that looks like somebody else's in the gallery, or",
        "like none of the person's pictures. Compare the pictures first."
      })
  private boolean confirm;

  @Option(
      names = "--consent",
      paramLabel = "REFERENCE",
      description = "Where the people's consent is kept; stored with each picture.")
  private @Nullable String consent;

  @Option(
      names = "--expiry",
      paramLabel = "DATE",
      description = "The day from which on the pictures are no longer used, such as 2027-06-30.")
  private @Nullable String expiry;

  private final EnrolmentCount count = new EnrolmentCount();
  private final Shutdown shutdown = Shutdown.ofProcess();
  private int missing;

  @Override
  protected int execute() throws Exception {
    if (address == null && folder == null) {
      refuse("Give the address of CompreFace, or the --folder of an import");
    }
    if ((address == null) != (keyFile == null)) {
      refuse("ADDRESS and --key-file belong together");
    }
    EnrolmentTerms terms =
        new EnrolmentTerms(Optional.ofNullable(consent), ExpiryDay.begin(expiry), Optional.empty());
    // Before anything is downloaded or started.
    EnrolmentRules.of(configuration().settings().get(GalleryConfig.class), Optional.empty())
        .withTerms(terms)
        .check();
    return shutdown.orderly(() -> enrol(terms));
  }

  private void refuse(String why) {
    throw new ParameterException(spec.commandLine(), why);
  }

  private int enrol(EnrolmentTerms terms) throws IOException {
    Optional<CompreFaceServer> server =
        address == null ? Optional.empty() : Optional.of(new CompreFaceServer(address, key()));
    CompreFaceCollection collection = new CompreFaceCollection(server, Optional.ofNullable(folder));
    List<CompreFaceServer.Image> images = collection.images();
    tellWithoutPictures(server, images);
    try (EnrolmentReport report = reportFile == null ? null : new EnrolmentReport(reportFile);
        KafkaOptions.Connection connection = kafka.connect(configuration());
        Enroller enroller =
            new Enroller(
                connection.settings(), connection.clients(), confirm, terms, connection.trail())) {
      shutdown.refuseWhenRequested();
      shutdown.underWay();
      for (CompreFaceServer.Image image : images) {
        if (shutdown.isRequested()) {
          break;
        }
        take(result(collection, image, enroller), report);
      }
    }
    return conclude();
  }

  private String key() throws IOException {
    Path file = java.util.Objects.requireNonNull(keyFile, "checked before");
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    }
  }

  private void tellWithoutPictures(
      Optional<CompreFaceServer> server, List<CompreFaceServer.Image> images) {
    Set<String> with =
        images.stream().map(CompreFaceServer.Image::subject).collect(Collectors.toSet());
    long without =
        server.map(CompreFaceServer::subjects).orElse(List.of()).stream()
            .filter(subject -> !with.contains(subject))
            .count();
    if (without > 0) {
      err().println(without + " subjects have no picture, and are not imported.");
    }
  }

  private EnrolmentResult result(
      CompreFaceCollection collection, CompreFaceServer.Image image, Enroller enroller) {
    String source = "CompreFace " + PersonName.shown(image.id());
    String name = PersonName.shown(image.subject());
    try {
      PersonName.check(image.subject());
    } catch (UserError noName) {
      return new EnrolmentResult.Refused(
          source, name, "bad-name", "rename the subject in CompreFace: " + noName.getMessage());
    }
    try {
      byte[] picture = collection.picture(image);
      return picture.length == 0
          ? new EnrolmentResult.Refused(
              source, name, "no-picture", "CompreFace did not keep it; use the original")
          : enroller.enrolment().enrol(image.subject(), source, picture);
    } catch (IOException failed) {
      missing++;
      return new EnrolmentResult.Refused(
          source,
          name,
          NOT_DOWNLOADED,
          UserError.reason(failed) + "; run the command again for those that are missing");
    }
  }

  private void take(EnrolmentResult result, @Nullable EnrolmentReport report) {
    count.add(result);
    if (report != null) {
      report.add(result);
    }
    out().println(EnrolmentLine.of(result, Optional.empty()));
    out().flush();
  }

  private int conclude() {
    count.summary().forEach(out()::println);
    if (shutdown.isRequested()) {
      err().println("Interrupted: run the same command again to continue.");
      return Complaints.FAILURE;
    }
    if (count.used() == 0) {
      throw new UserError(
          count.all() == 0
              ? "There is no picture to import."
              : "No picture could be enrolled: the lines above contain the reasons.");
    }
    if (count.confirmable() > 0) {
      err().println(EnrolmentLine.waiting(count.confirmable()));
    }
    return count.confirmable() + missing > 0 ? Complaints.FAILURE : 0;
  }
}
