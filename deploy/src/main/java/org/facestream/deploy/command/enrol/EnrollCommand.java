package org.facestream.deploy.command.enrol;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.ExpiryDay;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.picture.PictureFile;
import org.facestream.deploy.process.Shutdown;
import org.facestream.detector.face.Face;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentFolder;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentRules;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.FolderWatch;
import org.facestream.recognizer.gallery.enrol.StoredFaces;
import org.facestream.recognizer.gallery.enrol.Submission;
import org.facestream.sink.people.Enroller;
import org.jspecify.annotations.Nullable;
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
      "Give a folder that contains a folder of pictures for each person, named after the person;",
      "or, with --person, pictures of one person, or a face that a camera saw. Several pictures of",
      "a person make recognition more reliable. Each picture must show one face; a picture that",
      "cannot be used is reported, and the others are enrolled. Run the same command again to",
      "continue: it skips enrolled pictures and tries refused ones again. Running recognizers know",
      "the new faces within seconds. Enrol only people who agreed to it.",
      "",
      "Removing a picture from the folder does not forget anybody: use `people forget`. Names are",
      "compared without regard to case and encoding. Use --id for two people of one name. A picture",
      "that looks like somebody else, or like none of the person's pictures, is enrolled only with",
      "--confirm.",
      "",
      "The exit code is 0 when at least one picture is enrolled, now or before; 1 when further",
      "pictures wait for --confirm; 2 when none is enrolled."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream enroll people/",
      "  facestream enroll --person \"Ada Lovelace\" ada1.jpg ada2.jpg",
      "  facestream enroll people/ --consent case-17 --expiry 2027-06-30 --report report.csv",
      "  facestream enroll --person \"Ada Lovelace\" --id ada-lovelace-2 other-ada.jpg",
      "  facestream enroll people/ --watch",
      "  facestream enroll guests/ --watchlist guests",
      "  facestream enroll --person \"Ada Lovelace\" --face gate-mf9zk2c8-17-0"
    })
public final class EnrollCommand extends Subcommand {
  /** Above this number of pictures, only refused ones are printed. */
  private static final int TOLD_EACH = 100;

  @Mixin private KafkaOptions kafka;

  @Parameters(
      arity = "0..*",
      paramLabel = "DIR|PICTURE",
      description = "The folder, or with --person the pictures: " + PictureFile.KINDS)
  private List<Path> paths = new ArrayList<>();

  @Option(names = "--person", paramLabel = "NAME", description = "The person in the pictures.")
  private String person;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = {
        "With --person: the id of one of several people of that name, as in",
        "`people list`, or a new id for another person of the same name."
      })
  private String id;

  @Option(
      names = "--face",
      paramLabel = "FACE_ID",
      description = "A face that a camera saw in the last hours: an event's bestFace.")
  private String face;

  @Option(
      names = "--track",
      paramLabel = "TRACK",
      description = "The best face of a track of the last hours: an event's track.")
  private String track;

  @Option(
      names = "--watch",
      description = "Enrol pictures that are added to the folder later, until Ctrl-C.")
  private boolean watch;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the result for each picture, with the reason, to a CSV file.")
  private Path reportFile;

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
      description = "Where the person's consent is kept; stored with each picture.")
  private String consent;

  @Option(
      names = "--expiry",
      paramLabel = "DATE",
      description = "The day from which on the pictures are no longer used, such as 2027-06-30.")
  private String expiry;

  @Option(
      names = "--watchlist",
      paramLabel = "NAME",
      description = {
        "Put the enrolled people on this watchlist, instead of their current",
        "one; `people watchlist` takes them off it."
      })
  private String watchlist;

  private final EnrolmentCount count = new EnrolmentCount();
  private final Shutdown shutdown = Shutdown.ofProcess();
  private @Nullable EnrolmentReport report;

  @Override
  protected int execute() throws Exception {
    checkCombination();
    EnrolmentTerms terms = terms();
    return shutdown.orderly(() -> enrol(terms));
  }

  private void checkCombination() {
    boolean stored = face != null || track != null;
    if (face != null && track != null) {
      refuse("Give either --face or --track");
    }
    if (stored && (person == null || !paths.isEmpty() || watch)) {
      refuse("--face and --track need --person NAME, and no pictures or folder");
    }
    if (!stored && paths.isEmpty()) {
      refuse("Give what to enrol: a folder, or pictures with --person NAME");
    }
    if (!stored && person == null && (paths.size() != 1 || Files.isRegularFile(paths.get(0)))) {
      refuse("Give the person of the pictures with --person NAME, or give one folder");
    }
    if (watch && person != null) {
      refuse("--watch needs a folder, and no --person");
    }
    if (id != null && person == null) {
      refuse("--id needs --person NAME");
    }
    if (person != null) {
      person = PersonName.check(person);
    }
  }

  private EnrolmentTerms terms() {
    return new EnrolmentTerms(
        Optional.ofNullable(consent),
        ExpiryDay.begin(expiry),
        Optional.ofNullable(watchlist),
        Optional.ofNullable(id));
  }

  private void refuse(String why) {
    throw new ParameterException(spec.commandLine(), why);
  }

  private int enrol(EnrolmentTerms terms) {
    EnrolmentFolder folder = person == null ? new EnrolmentFolder(paths.get(0)) : null;
    // Before a broker is started or a data folder is made.
    EnrolmentRules.of(configuration().settings().get(GalleryConfig.class), Optional.empty())
        .withTerms(terms)
        .check();
    if (folder != null && !watch && folder.submissions().isEmpty()) {
      throw noPicture();
    }
    try (EnrolmentReport opened = reportFile == null ? null : new EnrolmentReport(reportFile);
        KafkaOptions.Connection connection = kafka.connect(configuration());
        Enroller enroller =
            new Enroller(
                connection.settings(), connection.clients(), confirm, terms, connection.trail())) {
      report = opened;
      shutdown.refuseWhenRequested();
      shutdown.underWay();
      if (watch && folder != null) {
        watch(folder, enroller);
        return 0;
      }
      if (face != null || track != null) {
        StoredFaces stored = new StoredFaces(connection.clients());
        Face found = face != null ? stored.face(face) : stored.bestOfTrack(track);
        take(enroller.enrolment().enrol(person, found), line -> out().println(line), true);
      } else {
        enrolAll(folder == null ? pictures() : folder.submissions(), enroller);
      }
    }
    count.summary().forEach(out()::println);
    if (shutdown.isRequested()) {
      err().println("Interrupted: run the same command again to continue.");
      return Complaints.FAILURE;
    }
    if (count.used() == 0) {
      throw count.all() == 0
          ? noPicture()
          : new UserError("No picture could be enrolled: the lines above contain the reasons.");
    }
    if (count.confirmable() > 0) {
      err().println(EnrolmentLine.waiting(count.confirmable()));
      return Complaints.FAILURE;
    }
    return 0;
  }

  private UserError noPicture() {
    return new UserError(
        "There is no picture in " + paths.get(0) + ": put one folder for each person into it.");
  }

  private List<Submission> pictures() {
    List<Submission> pictures = new ArrayList<>();
    for (Path path : paths) {
      pictures.add(new Submission.PictureFile(person, PersonName.shown(path.toString()), path));
    }
    return pictures;
  }

  private void enrolAll(List<Submission> pictures, Enroller enroller) {
    boolean many = pictures.size() > TOLD_EACH;
    boolean terminal = many && Boolean.getBoolean("facestream.terminal");
    try (EnrolmentProgress progress = new EnrolmentProgress(err(), pictures.size(), terminal)) {
      enroller
          .enrolment()
          .enrolAll(
              pictures,
              result -> {
                take(result, line -> progress.say(out(), line), !many);
                progress.step();
              },
              shutdown::isRequested);
    }
  }

  private void watch(EnrolmentFolder folder, Enroller enroller) {
    err().println("Watching " + paths.get(0) + "; Ctrl-C ends it.");
    err().flush();
    try (FolderWatch watching = new FolderWatch(folder, enroller.enrolment())) {
      watching.run(
          result -> take(result, line -> out().println(line), true), shutdown::isRequested);
    }
    count.summary().forEach(out()::println);
  }

  private void take(EnrolmentResult result, Consumer<String> lines, boolean tellEach) {
    count.add(result);
    if (report != null) {
      report.add(result);
    }
    if (tellEach || result instanceof EnrolmentResult.Refused) {
      lines.accept(EnrolmentLine.of(result, Optional.ofNullable(person)));
    }
    out().flush();
  }
}
