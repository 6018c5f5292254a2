package org.facestream.deploy.command.people;

import java.util.Optional;
import org.facestream.recognizer.gallery.contract.Watchlist;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "watchlist",
    header = "Put a person on a watchlist, or take them off it.",
    description = {
      "",
      "Identity events of the person contain the watchlist from then on. A watchlist can have",
      "its own threshold: recognizer.watchlist-thresholds. A person is on at most one watchlist."
    },
    footer = {
      "",
      "Examples:",
      "  facestream people watchlist \"Ada Lovelace\" wanted",
      "  facestream people watchlist \"Ada Lovelace\" none"
    })
final class PeopleWatchlistCommand extends GalleryCommand {
  @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Parameters(
      index = "1",
      paramLabel = "WATCHLIST",
      description = "Name of the watchlist, of a-z, 0-9 and hyphens; or none.")
  private String watchlist;

  @Override
  boolean audited() {
    return true;
  }

  @Override
  int with(People people) {
    People.Entry watched =
        people.watch(person, Optional.of(watchlist).filter(name -> !name.equals(Watchlist.NONE)));
    out()
        .printf(
            "%s is on %s.%n",
            watched.person().name(),
            watched.person().watchlist() == null
                ? "no watchlist"
                : "the watchlist " + watched.person().watchlist());
    return 0;
  }
}
