package org.facestream.deploy.command.people;

import org.facestream.deploy.command.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

@Command(
    name = "people",
    header =
        "List, show, check, rename, merge, export, forget or expire enrolled people, or "
            + "set their watchlist.",
    footer = {
      "",
      "Examples:",
      "  facestream people list",
      "  facestream people check",
      "  facestream people rename \"A. Lovelace\" \"Ada Lovelace\"",
      "  facestream people merge ada-2 ada-lovelace",
      "  facestream people export \"Ada Lovelace\" ada/",
      "  facestream people watchlist \"Ada Lovelace\" wanted",
      "  facestream people forget \"Ada Lovelace\"",
      "  facestream people name visitor-5f0c2ab91e37 \"Ada Lovelace\"",
      "  facestream people ignore visitor-5f0c2ab91e37 --for 90d",
      "  facestream people expire",
      "  facestream people unfinished"
    },
    subcommands = {
      PeopleListCommand.class,
      PeopleShowCommand.class,
      PeopleCheckCommand.class,
      PeopleRenameCommand.class,
      PeopleMergeCommand.class,
      PeopleExportCommand.class,
      PeopleWatchlistCommand.class,
      PeopleForgetCommand.class,
      PeopleNameCommand.class,
      PeopleIgnoreCommand.class,
      PeopleDiscardCommand.class,
      PeopleUnfinishedCommand.class,
      PeopleExpireCommand.class
    })
public final class PeopleCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(),
        "Give a command for people: list, show, check, rename, watchlist, merge, export, "
            + "forget, name, ignore, discard, expire or unfinished");
  }
}
