package org.facestream.deploy.command.correct;

import java.time.Duration;
import java.util.Optional;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.ExpiryDay;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.Correction;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.Learning;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "correct",
    header = "Correct a sighting: who it is, or who it is not.",
    description = {
      "",
      "A sighting is one track; its id is the `track` of its events. The correction is written to",
      "the audit trail and recorded in PostgreSQL. The recognizers publish an event of the type",
      "corrected, and keep the correction against later faces of the track. The command prints the",
      "sighting when that event is stored.",
      "",
      "--is-not also makes a counter-example of the sighting's best crop: faces nearer to it than",
      "to the person's pictures do not count as the person. It has no picture, and is kept for",
      "gallery.counter-example-validity. With --is, --learn enrols the best crop as a picture of",
      "the person, by the same rules as `facestream enroll`. Enrol only people who agreed to it.",
      "",
      "--undo takes back the last correction of the sighting, and what was learned of it. Crops",
      "that --no-face erased do not come back."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream correct gate-mf9zk2c8-17-0 --is \"Ada Lovelace\"",
      "  facestream correct gate-mf9zk2c8-17-0 --is \"Ada Lovelace\" --learn --consent case-17",
      "  facestream correct gate-mf9zk2c8-17-0 --is-not \"Ada Lovelace\"",
      "  facestream correct gate-mf9zk2c8-17-0 --same-as yard-mf9zl0aa-4-0",
      "  facestream correct gate-mf9zk2c8-17-0 --no-face",
      "  facestream correct gate-mf9zk2c8-17-0 --undo"
    })
public final class CorrectCommand extends Subcommand {
  /** A recognizer that restarts takes some seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Mixin private KafkaOptions kafka;

  @Parameters(paramLabel = "TRACK", description = "The sighting: the track of its events.")
  private String track;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Statement statement;

  /** One of them. */
  static final class Statement {
    @Option(
        names = "--is",
        paramLabel = "NAME",
        description = "The sighting is this person: name or id.")
    String is;

    @Option(
        names = "--is-not",
        paramLabel = "NAME",
        description = "The sighting is not this person: name or id.")
    String isNot;

    @Option(
        names = "--same-as",
        paramLabel = "TRACK",
        description = {
          "The sighting and this one are one person: the one that is unknown",
          "becomes the person of the other."
        })
    String sameAs;

    @Option(
        names = "--no-face",
        description = "The sighting is no face: its crops are erased, and lists leave it out.")
    boolean noFace;

    @Option(names = "--undo", description = "Take back the last correction of the sighting.")
    boolean undo;
  }

  @Option(
      names = "--learn",
      description = "With --is: enrol the sighting's best crop as a picture of the person.")
  private boolean learn;

  @Option(
      names = "--confirm",
      description = "With --learn: also enrol a crop that looks like somebody else's picture.")
  private boolean confirm;

  @Option(
      names = "--consent",
      paramLabel = "REFERENCE",
      description = "With --learn: where the person's consent is kept.")
  private String consent;

  @Option(
      names = "--expiry",
      paramLabel = "DATE",
      description = "With --learn: the day from which on the picture is no longer used.")
  private String expiry;

  @Override
  protected int execute() throws Exception {
    if (learn && statement.is == null) {
      throw new ParameterException(spec.commandLine(), "--learn needs --is NAME");
    }
    if (!learn && (confirm || consent != null || expiry != null)) {
      throw new ParameterException(
          spec.commandLine(), "--confirm, --consent and --expiry need --learn");
    }
    EnrolmentTerms terms =
        new EnrolmentTerms(Optional.ofNullable(consent), ExpiryDay.begin(expiry));
    try (KafkaOptions.Connection connection = kafka.connectExistingWithDatabase(configuration());
        Database database = new Database(connection.settings().get(StoreConfig.class))) {
      return execute(connection, database, terms);
    } catch (StoreException failed) {
      throw new UserError(
          "PostgreSQL fails (%s): start it, or set store.url, and run the command again."
              .formatted(failed.getMessage()),
          failed);
    }
  }

  private int execute(KafkaOptions.Connection connection, Database database, EnrolmentTerms terms)
      throws StoreException {
    try {
      database.check();
    } catch (RetryableException away) {
      throw new UserError(
          away.getMessage() + ": start it, or set store.url. Nothing was changed.", away);
    }
    CorrectionStore store = new CorrectionStore(database.dataSource());
    People people = new People(connection.clients(), connection.trail());
    Corrections corrections =
        new Corrections(connection.clients(), people, store, connection.trail());
    Learning learning =
        new Learning(connection.clients(), connection.trail(), database, confirm, terms);
    if (statement.undo) {
      CorrectionStore.Undone undone = corrections.undo(track);
      CorrectionStore.Sighting before = corrections.sighting(undone.track());
      corrections.send(undone.track());
      learning.forget(undone);
      print(corrections.await(before, PATIENCE), before);
      return 0;
    }
    // Before anything is changed.
    if (learn) {
      Enroller.check(connection.settings(), terms);
    }
    Corrections.Recorded recorded = record(corrections);
    corrections.send(recorded.before().track());
    print(corrections.await(recorded.before(), PATIENCE), recorded.before());
    if (!learn && statement.isNot == null) {
      return 0;
    }
    Learning.Result result;
    try (Enroller enroller =
        Enroller.ofCounterExamples(
            connection.settings(), connection.clients(), connection.trail())) {
      result = learning.of(recorded, learn, enroller);
    }
    (result.learned() ? out() : err()).println(result.message());
    return result.learned() || !learn ? 0 : Complaints.FAILURE;
  }

  private Corrections.Recorded record(Corrections corrections) throws StoreException {
    if (statement.is != null) {
      return corrections.correct(track, Correction.Kind.is, statement.is);
    }
    if (statement.isNot != null) {
      return corrections.correct(track, Correction.Kind.is_not, statement.isNot);
    }
    return statement.sameAs != null
        ? corrections.same(track, statement.sameAs)
        : corrections.noFace(track);
  }

  private void print(CorrectionStore.Sighting now, CorrectionStore.Sighting before) {
    out()
        .printf(
            "%s: %s%s (was %s%s), camera %s, %s to %s%n",
            now.track(),
            PersonName.shown(now.name()),
            now.noFace() ? ", no face" : "",
            PersonName.shown(before.name()),
            before.noFace() ? ", no face" : "",
            now.camera(),
            now.firstSeen(),
            now.lastSeen());
    out().flush();
  }
}
