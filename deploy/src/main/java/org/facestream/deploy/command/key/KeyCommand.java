package org.facestream.deploy.command.key;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.access.ApiKeys;
import org.facestream.sink.api.access.Look;
import org.facestream.sink.api.access.LookTrail;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "key",
    header = "Make, list or remove keys for the HTTP API.",
    description = {
      "",
      "The HTTP API is closed to callers without a key. A key has a role: a viewer looks, an operator",
      "also changes people and corrects sightings, an administrator also erases, sets rules and keys."
    },
    footer = {
      "",
      "Examples:",
      "  facestream key add \"guard's tablet\" --role viewer --camera gate --camera hall",
      "  facestream key add console --role administrator --expiry 2027-06-30",
      "  facestream key list",
      "  facestream key remove key-5f0c2ab91e37"
    },
    subcommands = {KeyCommand.Add.class, KeyCommand.Listing.class, KeyCommand.Remove.class})
public final class KeyCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(), "Give a command for keys: add, list or remove");
  }

  /** What needs the database. */
  abstract static class OfDatabase extends Subcommand {
    @Mixin private KafkaOptions kafka;

    abstract int with(Database database) throws StoreException;

    @Override
    protected int execute() throws Exception {
      try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
          Database database = connection.database()) {
        return with(database);
      }
    }

    static void record(Database database, String action, Map<String, String> what)
        throws StoreException {
      try (LookTrail trail = new LookTrail(database.dataSource())) {
        trail.append(
            new Look(0, Instant.EPOCH, "command", "", account(), "", action, Json.text(what), ""));
      }
    }

    static String account() {
      return System.getProperty("user.name", "");
    }
  }

  @Command(
      name = "add",
      header = "Make a key. It is printed once.",
      footer = {
        "",
        "Examples:",
        "  facestream key add \"guard's tablet\" --role viewer --camera gate",
        "  facestream key add console --role administrator --json"
      })
  static final class Add extends OfDatabase {
    @Parameters(paramLabel = "NAME", description = "What it is for.")
    private String name;

    @Option(
        names = "--role",
        required = true,
        paramLabel = "viewer|operator|administrator",
        description = "What it may do.")
    private Role role;

    @Option(
        names = "--camera",
        paramLabel = "ID",
        description = "Only for this camera. Repeat it for several. Default: all cameras.")
    private @Nullable List<String> cameras;

    @Option(
        names = "--expiry",
        paramLabel = "DATE",
        description = "The day from which on it is refused. Default: never.")
    private @Nullable String expiry;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    int with(Database database) throws StoreException {
      ApiKeys.Terms terms = new ApiKeys.Terms(name, role, Optional.ofNullable(cameras), end());
      record(database, "key.add", Map.of("key", terms.name(), "role", role.name()));
      ApiKeys.Made made = new ApiKeys(database.dataSource()).add(terms, account());
      if (json) {
        out().println(Json.text(made));
      } else {
        out().println(made.secret());
        err()
            .printf(
                "This is %s, for the header x-api-key. It is not shown again.%n", made.key().id());
      }
      return 0;
    }

    private Optional<Instant> end() {
      try {
        return Optional.ofNullable(expiry)
            .map(day -> LocalDate.parse(day).atStartOfDay(ZoneId.systemDefault()).toInstant());
      } catch (DateTimeParseException noDay) {
        throw new UserError("--expiry must be a day such as 2027-06-30.", noDay);
      }
    }
  }

  @Command(name = "list", header = "List the keys, without their secrets.")
  static final class Listing extends OfDatabase {
    private static final DateTimeFormatter DAY =
        DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    int with(Database database) throws StoreException {
      List<ApiKeys.ApiKey> keys = new ApiKeys(database.dataSource()).list();
      if (json) {
        out().println(Json.text(keys));
        return 0;
      }
      for (ApiKeys.ApiKey key : keys) {
        List<String> cameras = key.cameras();
        Instant expires = key.expiresAt();
        Instant used = key.lastUsedAt();
        out()
            .println(
                key.id()
                    + "  "
                    + key.role()
                    + "  "
                    + key.name()
                    + (cameras == null ? "" : "  cameras " + String.join(", ", cameras))
                    + (expires == null ? "" : "  until " + DAY.format(expires))
                    + (used == null ? "  never used" : "  last used " + DAY.format(used)));
      }
      if (keys.isEmpty()) {
        err().println("There is no key: `facestream key add` makes one.");
      }
      return 0;
    }
  }

  @Command(name = "remove", header = "Remove a key. It is refused at once.")
  static final class Remove extends OfDatabase {
    @Parameters(paramLabel = "KEY", description = "The key's id, as in `key list`.")
    private String key;

    @Override
    int with(Database database) throws StoreException {
      record(database, "key.remove", Map.of("key", key));
      if (!new ApiKeys(database.dataSource()).remove(key)) {
        throw new UserError("There is no key of this id: `facestream key list` lists them.");
      }
      out().println(key + " is removed.");
      return 0;
    }
  }
}
