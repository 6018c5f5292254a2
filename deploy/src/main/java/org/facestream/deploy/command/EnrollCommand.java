package org.facestream.deploy.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.facestream.deploy.Enroller;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.EnrolmentFolder;
import org.facestream.recognizer.gallery.EnrolmentResult;
import org.facestream.recognizer.gallery.EnrolmentRules;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "enroll",
    header = "Enrol people, so that they are recognised.",
    description = {
      "",
      "Either a folder that holds a folder of pictures per person, named after the person; or, with",
      "--person, pictures of one person. Several pictures of a person make recognition surer. Each",
      "must show one face; a picture that does not gets a message, and the others go on. Running",
      "recognizers know the new faces within seconds. Enrol only people who agreed to it."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream enroll people/",
      "  facestream enroll --person \"Ada Lovelace\" ada1.jpg ada2.jpg",
      "  facestream enroll people/ --consent case-17 --expiry 2027-06-30"
    })
final class EnrollCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR|PICTURE",
      description = "The folder, or with --person the pictures: JPEG, PNG, BMP or GIF.")
  private List<Path> paths;

  @Option(names = "--person", paramLabel = "NAME", description = "Whose pictures these are.")
  private String person;

  @Option(
      names = "--confirm",
      description = "Enrol also a face that looks like somebody else's in the gallery.")
  private boolean confirm;

  @Option(
      names = "--consent",
      paramLabel = "REFERENCE",
      description = "Where the person's consent is kept; stored with each picture.")
  private String consent;

  @Option(
      names = "--expiry",
      paramLabel = "DATE",
      description = "The day from which on the pictures are no longer used, such as 2027-06-30.")
  private LocalDate expiry;

  @Override
  int execute() {
    if (person == null && (paths.size() != 1 || Files.isRegularFile(paths.get(0)))) {
      throw new ParameterException(
          spec.commandLine(),
          "Say whose pictures these are with --person NAME, or give one folder");
    }
    EnrolmentFolder folder = person == null ? new EnrolmentFolder(paths.get(0)) : null;
    Optional<Instant> end =
        Optional.ofNullable(expiry)
            .map(day -> day.atStartOfDay(ZoneId.systemDefault()).toInstant());
    EnrolmentRules rules =
        EnrolmentRules.DEFAULT.withConfirmed(confirm).withTerms(Optional.ofNullable(consent), end);
    List<EnrolmentResult> results = new ArrayList<>();
    try (KafkaOptions.Connection connection = kafka.connect(configuration());
        Enroller enroller = new Enroller(connection.settings(), connection.clients(), rules)) {
      if (folder != null) {
        folder.enrolAll(enroller.enrolment(), result -> show(result, results));
      } else {
        for (Path picture : paths) {
          show(enrol(enroller, picture), results);
        }
      }
    }
    long used =
        results.stream().filter(result -> result instanceof EnrolmentResult.Enrolled).count();
    long people =
        results.stream()
            .filter(result -> result instanceof EnrolmentResult.Enrolled)
            .map(EnrolmentResult::name)
            .distinct()
            .count();
    out()
        .printf(
            "%d of %d pictures enrolled, of %d %s.%n",
            used, results.size(), people, people == 1 ? "person" : "people");
    if (used == 0) {
      throw new UserError(
          results.isEmpty()
              ? "There is no picture in " + paths.get(0) + ": put a folder per person into it."
              : "No picture could be enrolled: the lines above say why.");
    }
    return 0;
  }

  private EnrolmentResult enrol(Enroller enroller, Path picture) {
    try {
      return enroller.enrolment().enrol(person, picture.toString(), Files.readAllBytes(picture));
    } catch (NoSuchFileException missing) {
      return new EnrolmentResult.Refused(
          picture.toString(), person, "missing", "there is no such file");
    } catch (IOException unreadable) {
      return new EnrolmentResult.Refused(
          picture.toString(),
          person,
          "unreadable",
          "it cannot be read: " + unreadable.getMessage());
    }
  }

  private void show(EnrolmentResult result, List<EnrolmentResult> results) {
    results.add(result);
    if (result instanceof EnrolmentResult.Enrolled enrolled) {
      out()
          .printf(
              "✓ %s: %s%s%n",
              enrolled.source(),
              enrolled.name(),
              enrolled.already() ? ", was enrolled already" : "");
    } else if (result instanceof EnrolmentResult.Refused refused) {
      String how = refused.reason().equals("conflict") ? " (option --confirm)" : "";
      out().printf("✗ %s: %s%s%n", refused.source(), refused.message(), how);
    }
    out().flush();
  }
}
