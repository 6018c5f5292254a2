package org.facestream.deploy.command.key;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.user.ApiUser;
import org.facestream.sink.api.user.ApiUsers;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "user",
    header = "Make, list or remove users of the HTTP API, or reset their passwords.",
    description = {
      "",
      "People log in to the HTTP API with name and password; programs use keys (`facestream key`).",
      "A user begins with a one-time password, and sets one of their own at the first login."
    },
    footer = {
      "",
      "Examples:",
      "  facestream user add ada --role operator",
      "  facestream user add guard --role viewer --camera gate --camera hall",
      "  facestream user list",
      "  facestream user reset administrator",
      "  facestream user remove guard"
    },
    subcommands = {
      UserCommand.Add.class,
      UserCommand.Listing.class,
      UserCommand.Reset.class,
      UserCommand.Remove.class
    })
public final class UserCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(), "Give a command for users: add, list, reset or remove");
  }

  /** What has a one-time password as its result. */
  abstract static class WithPassword extends KeyCommand.OfDatabase {
    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    final int show(ApiUser.Made made) {
      if (json) {
        out().println(Json.text(made));
      } else {
        out().println(made.oneTimePassword());
        err()
            .printf(
                "This is the one-time password of %s. It is not shown again.%n",
                made.user().name());
      }
      return 0;
    }
  }

  private static ApiUser existing(Database database, String name) throws StoreException {
    return new ApiUsers(database.dataSource())
        .named(name)
        .orElseThrow(
            () ->
                new UserError("There is no user of this name: `facestream user list` lists them."));
  }

  @Command(
      name = "add",
      header = "Make a user. The one-time password is printed once.",
      footer = {
        "",
        "Examples:",
        "  facestream user add ada --role operator",
        "  facestream user add guard --role viewer --camera gate --json"
      })
  static final class Add extends WithPassword {
    @Parameters(paramLabel = "NAME", description = "The name to log in with.")
    private String name;

    @Option(
        names = "--role",
        required = true,
        paramLabel = "viewer|operator|administrator",
        description = "What the user may do.")
    private Role role;

    @Option(
        names = "--camera",
        paramLabel = "ID",
        description = "Only this camera. Repeat it for several. Default: all cameras.")
    private @Nullable List<String> cameras;

    @Override
    int with(Database database) throws StoreException {
      ApiUser.Rights rights = new ApiUser.Rights(role, Optional.ofNullable(cameras));
      record(database, "user.add", Map.of("user", name, "role", role.name()));
      return show(new ApiUsers(database.dataSource()).add(name, rights, account()));
    }
  }

  @Command(name = "list", header = "List the users.")
  static final class Listing extends KeyCommand.OfDatabase {
    private static final DateTimeFormatter DAY =
        DateTimeFormatter.ISO_LOCAL_DATE.withZone(ZoneId.systemDefault());

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean json;

    @Override
    int with(Database database) throws StoreException {
      List<ApiUser> users = new ApiUsers(database.dataSource()).list();
      if (json) {
        out().println(Json.text(users));
        return 0;
      }
      for (ApiUser user : users) {
        List<String> cameras = user.cameras();
        Instant login = user.lastLoginAt();
        out()
            .println(
                user.name()
                    + "  "
                    + user.role()
                    + (cameras == null ? "" : "  cameras " + String.join(", ", cameras))
                    + (user.mustChangePassword() ? "  one-time password" : "")
                    + (login == null ? "  never logged in" : "  last login " + DAY.format(login)));
      }
      if (users.isEmpty()) {
        err().println("There is no user: the first start of the HTTP API makes one.");
      }
      return 0;
    }
  }

  @Command(
      name = "reset",
      header = "Give a user a new one-time password. It is printed once.",
      description = {
        "",
        "The user's sessions end. The user is let in with it even while too many wrong attempts block",
        "the name."
      })
  static final class Reset extends WithPassword {
    @Parameters(paramLabel = "NAME", description = "The user's name, as in `user list`.")
    private String name;

    @Override
    int with(Database database) throws StoreException {
      ApiUser user = existing(database, name);
      record(database, "user.reset", Map.of("user", user.id()));
      return show(
          new ApiUsers(database.dataSource())
              .reset(user.id())
              .orElseThrow(() -> new UserError("The user was removed meanwhile.")));
    }
  }

  @Command(name = "remove", header = "Remove a user. The user's sessions end at once.")
  static final class Remove extends KeyCommand.OfDatabase {
    @Parameters(paramLabel = "NAME", description = "The user's name, as in `user list`.")
    private String name;

    @Override
    int with(Database database) throws StoreException {
      ApiUser user = existing(database, name);
      record(database, "user.remove", Map.of("user", user.id()));
      new ApiUsers(database.dataSource()).remove(user.id());
      out().println(user.name() + " is removed.");
      return 0;
    }
  }
}
