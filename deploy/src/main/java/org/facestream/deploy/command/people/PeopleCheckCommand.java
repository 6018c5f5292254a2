package org.facestream.deploy.command.people;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.people.GalleryCheck;
import org.facestream.recognizer.gallery.people.GalleryHealth;
import org.facestream.recognizer.gallery.people.GalleryHealth.Finding;
import org.facestream.recognizer.gallery.people.GalleryHealth.OfPerson;
import org.facestream.recognizer.gallery.people.HealthRules;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.people.NamedFaces;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    header = "Look for enrolled pictures that are likely wrong, or of no use.",
    description = {
      "",
      "Reports pictures that resemble another person more than their own (other), that do not",
      "resemble the person's other pictures (unlike), people whose pictures do not resemble each",
      "other (divided), pictures that are nearly the same as another (alike), more pictures of a",
      "person than gallery.most-references (many), and people with a single picture. With --seen-since,",
      "also pictures that are nearest to faces that cameras saw of other people, more often than to",
      "faces of their own person (seen).",
      "",
      "--set-aside stops their use; they stay in the gallery, and --restore uses them again. One",
      "picture of each person always stays in use, and which pictures of a divided person are",
      "wrong is yours to decide: use --picture.",
      "",
      "The exit code is 1 while pictures in use are likely wrong (other, unlike, seen, divided)."
    },
    footer = {
      "",
      "Examples:",
      "  facestream people check",
      "  facestream people check --seen-since 2026-11-24 --set-aside",
      "  facestream people check \"Ada Lovelace\" --restore",
      "  facestream people check ada-lovelace --set-aside --picture FACE_ID"
    })
final class PeopleCheckCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(arity = "0..1", paramLabel = "PERSON", description = "Name or id. Default: everyone")
  private @Nullable String person;

  @Option(names = "--set-aside", description = "Do not use what is doubtful.")
  private boolean setAside;

  @Option(
      names = "--restore",
      description = "Use again what was set aside; later checks leave it in use.")
  private boolean restore;

  @Option(
      names = "--picture",
      paramLabel = "FACE_ID",
      description = "Only this picture of PERSON, as in `people show`; may be repeated.")
  private List<String> pictures = List.of();

  @Option(
      names = "--seen-since",
      paramLabel = "TIME",
      converter = TimeRange.Moment.class,
      description = {
        "Also use the faces seen since then, such as 2026-11-24 or 2026-11-30T18:00Z.",
        "Needs the database."
      })
  private @Nullable Instant seenSince;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  protected int execute() throws Exception {
    if (setAside && restore) {
      throw new UserError("Give --set-aside or --restore, not both.");
    }
    if (!pictures.isEmpty() && (person == null || !(setAside || restore))) {
      throw new UserError("--picture needs PERSON, and --set-aside or --restore.");
    }
    if (seenSince != null && (restore || !pictures.isEmpty())) {
      throw new UserError("--seen-since is for a check: leave out --restore and --picture.");
    }
    try (KafkaOptions.Connection connection =
        seenSince == null
            ? kafka.connectExisting(configuration())
            : kafka.connectExistingWithDatabase(configuration())) {
      GalleryCheck check = new GalleryCheck(connection.clients(), connection.trail());
      Optional<Person> only =
          Optional.ofNullable(person)
              .map(name -> new People(connection.clients()).show(name).person());
      if (restore) {
        return restore(check, only, new People(connection.clients()));
      }
      if (!pictures.isEmpty()) {
        int count = check.setAside(only.orElseThrow(), pictures).size();
        out().printf(Locale.ROOT, "%d pictures of %s set aside.%n", count, only.get().id());
        return count == pictures.stream().distinct().count() ? 0 : notAll("in use");
      }
      return report(connection, check, only);
    }
  }

  private int notAll(String state) {
    throw new UserError(
        ("Not each --picture is one of %s that is %s: `facestream people show` lists them.")
            .formatted(person, state));
  }

  private int restore(GalleryCheck check, Optional<Person> only, People people) {
    int restored = 0;
    List<Person> all =
        only.map(List::of)
            .orElseGet(
                () ->
                    people.list().stream()
                        .filter(
                            entry -> entry.references().stream().anyMatch(each -> each.setAside()))
                        .map(People.Entry::person)
                        .toList());
    Optional<List<String>> chosen = Optional.of(pictures).filter(ids -> !ids.isEmpty());
    for (Person each : all) {
      restored += check.restore(each, chosen).size();
    }
    out().printf(Locale.ROOT, "%d pictures in use again.%n", restored);
    return chosen.isEmpty() || restored == pictures.stream().distinct().count()
        ? 0
        : notAll("set aside");
  }

  private static GalleryHealth seen(
      KafkaOptions.Connection connection,
      GalleryCheck check,
      DescriptorModel model,
      HealthRules rules,
      Instant since)
      throws Exception {
    try (Database database = connection.database()) {
      return check.check(model, rules, new NamedFaces(database.dataSource(), model.name(), since));
    } catch (StoreException failed) {
      throw new UserError(
          "PostgreSQL fails (%s): start it, or set store.url, and run the command again."
              .formatted(failed.getMessage()),
          failed);
    }
  }

  private int report(KafkaOptions.Connection connection, GalleryCheck check, Optional<Person> only)
      throws Exception {
    Settings settings = connection.settings();
    RecognizerConfig recognizer = settings.get(RecognizerConfig.class);
    DescriptorModel model = DescriptorModel.of(recognizer.model());
    HealthRules rules =
        HealthRules.of(
            settings.get(GalleryConfig.class),
            model,
            recognizer.threshold().orElse(model.threshold()));
    GalleryHealth health =
        seenSince == null
            ? check.check(model, rules)
            : seen(connection, check, model, rules, seenSince);
    List<OfPerson> people =
        health.people().stream()
            .filter(each -> only.isEmpty() || only.get().id().equals(each.person().id()))
            .toList();
    int aside = 0;
    if (setAside) {
      for (OfPerson each : people) {
        aside += check.setAside(each).size();
      }
    }
    if (json) {
      out().println(PersonView.json(HealthView.of(model.name(), people, health, setAside)));
    } else {
      people.forEach(this::print);
      summary(people, health, model.name());
      if (setAside) {
        out().printf(Locale.ROOT, "%d pictures set aside.%n", aside);
      }
    }
    return people.stream().anyMatch(each -> each.likelyWrong(setAside)) ? Complaints.FAILURE : 0;
  }

  private void print(OfPerson one) {
    for (Finding finding : one.findings()) {
      out()
          .printf(
              "%-8s %s (%s)  %s  %s%n",
              finding.doubt().word(),
              PersonName.shown(one.person().name()),
              one.person().id(),
              finding.reference().faceId(),
              why(finding));
    }
  }

  private static String why(Finding finding) {
    if (finding.doubt() == GalleryHealth.Doubt.SEEN) {
      return String.format(
          Locale.ROOT,
          "nearest to faces seen of %s, up to %.2f; %s",
          finding.near() == null ? "somebody else" : PersonName.shown(finding.near().name()),
          finding.distance(),
          finding.reference().source());
    }
    String own =
        Float.isFinite(finding.own())
            ? String.format(Locale.ROOT, "%.2f from the nearest other picture", finding.own())
            : "the only picture";
    return finding.near() == null
        ? "%s; %s".formatted(own, finding.reference().source())
        : String.format(
            Locale.ROOT,
            "%s, %.2f from %s; %s",
            own,
            finding.distance(),
            PersonName.shown(finding.near().name()),
            finding.reference().source());
  }

  private void summary(List<OfPerson> people, GalleryHealth health, String model) {
    long few = people.stream().filter(OfPerson::tooFew).count();
    out()
        .printf(
            Locale.ROOT,
            "%d pictures of %d people checked: %d likely wrong, %d of no use; %d were set aside"
                + " before; %d people have a single picture in use.%n",
            people.stream().mapToInt(OfPerson::inUse).sum(),
            people.size(),
            count(people, true),
            count(people, false),
            people.stream().mapToInt(OfPerson::setAside).sum(),
            few);
    if (health.ofOtherModels() > 0) {
      err()
          .printf(
              Locale.ROOT,
              "%d pictures are of other models than %s (recognizer.model) and were not checked.%n",
              health.ofOtherModels(),
              model);
    }
  }

  private static long count(List<OfPerson> people, boolean wrong) {
    return people.stream()
        .flatMap(each -> each.findings().stream())
        .filter(finding -> finding.doubt().wrong() == wrong)
        .count();
  }
}
