package org.facestream.deploy.command.alert;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.alert.AlertRule;
import org.facestream.sink.alert.AlertRuleBuilder;
import org.facestream.sink.alert.AlertRuleFile;
import org.facestream.sink.alert.AlertRules;
import org.facestream.sink.alert.Match;
import org.facestream.sink.alert.Schedule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "set",
    header = "Add a rule, or replace the one with that id; or those of a YAML file.",
    description = {
      "",
      "Of people, watchlists, unknown people and visits, one must fit; without any of them, the rule",
      "is about everybody. Everything else must fit too."
    })
final class AlertSetCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID",
      description = "1 to 64 lower-case letters, digits and hyphens; no name of a person.")
  private @Nullable String id;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "A YAML file with rules, instead of an id and options.")
  private @Nullable Path file;

  @Option(names = "--name", paramLabel = "TEXT", description = "What people read. Default: ID")
  private @Nullable String name;

  @Option(
      names = "--person",
      paramLabel = "PERSON",
      description = "About this person: id or name. Repeatable.")
  private List<String> people = List.of();

  @Option(
      names = "--watchlist",
      paramLabel = "NAME",
      description = "About people on this watchlist. Repeatable.")
  private List<String> watchlists = List.of();

  @Option(names = "--unknown", description = "About people who are not in the gallery.")
  private boolean unknown;

  @Option(
      names = "--visits",
      paramLabel = "N",
      description = "About visitors who come for the Nth time or later.")
  private @Nullable Integer visits;

  @Option(names = "--camera", paramLabel = "ID", description = "On this camera. Repeatable.")
  private List<String> cameras = List.of();

  @Option(names = "--zone", paramLabel = "NAME", description = "In this zone. Repeatable.")
  private List<String> zones = List.of();

  @Option(
      names = "--min-quality",
      paramLabel = "0-1",
      description = "With a best face of at least this quality.")
  private double minQuality;

  @Option(
      names = "--day",
      paramLabel = "DAY",
      split = ",",
      description = "On these days: mon,tue,wed,thu,fri,sat,sun.")
  private List<String> days = List.of();

  @Option(names = "--from", paramLabel = "HH:MM", description = "From this hour.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "HH:MM",
      description = "Until this hour; before --from, it is that of the next day.")
  private @Nullable String to;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description = "Of days and hours, such as Europe/Zurich. Default: this machine's")
  private @Nullable String timeZone;

  @Option(
      names = "--cool-down",
      paramLabel = "TIME",
      description = "No second alert about the same person for this long. Default: 5m")
  private @Nullable String coolDown;

  @Option(
      names = "--outlet",
      paramLabel = "NAME",
      description = "Send alerts there. Repeatable; without it, alerts are recorded only.")
  private List<String> outlets = List.of();

  @Option(names = "--disabled", description = "Raise no alerts.")
  private boolean disabled;

  @Override
  protected int execute() {
    if ((id == null) == (file == null)) {
      throw new ParameterException(
          spec.commandLine(), "Give the id of a rule, or a file with rules: -f FILE.");
    }
    List<AlertRule> rules = file == null ? List.of(rule()) : rules(file);
    Set<String> missing = new TreeSet<>();
    rules.forEach(rule -> missing.addAll(rule.outlets()));
    missing.removeAll(configuration().settings().get(SinkConfig.class).outlets().keySet());
    try (KafkaOptions.Connection connection = kafka.connect(configuration())) {
      int changed = new AlertRules(connection.clients()).put(rules);
      out()
          .printf(
              Locale.ROOT,
              "%d %s set, %d unchanged.%n",
              changed,
              changed == 1 ? "rule is" : "rules are",
              rules.size() - changed);
    }
    if (!missing.isEmpty()) {
      err()
          .printf(
              "Not configured here: %s. The sink needs sink.outlets.%s.kind and its other"
                  + " settings.%n",
              String.join(", ", missing), missing.iterator().next());
    }
    return 0;
  }

  private List<AlertRule> rules(Path given) {
    List<String> others = new ArrayList<>();
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (option.userObject() instanceof java.lang.reflect.Field field
          && field.getDeclaringClass() == AlertSetCommand.class
          && !option.longestName().equals("--file")) {
        others.add(option.longestName());
      }
    }
    if (!others.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "With --file, rules are in the file: leave out %s.".formatted(String.join(", ", others)));
    }
    return AlertRuleFile.read(given);
  }

  private AlertRule rule() {
    boolean always = days.isEmpty() && from == null && to == null;
    String zone = timeZone == null ? ZoneId.systemDefault().getId() : timeZone;
    return AlertRuleBuilder.builder()
        .id(id == null ? "" : id)
        .name(name == null ? "" : name)
        .enabled(!disabled)
        .match(new Match(people, watchlists, unknown, visits, cameras, zones, minQuality))
        .schedule(always ? null : new Schedule(zone, List.of(new Schedule.Hours(days, from, to))))
        .coolDownSeconds(coolDown == null ? AlertRule.COOL_DOWN : AlertRuleFile.seconds(coolDown))
        .outlets(outlets)
        .build();
  }
}
