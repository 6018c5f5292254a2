package org.facestream.deploy.command.people;

import java.time.LocalDate;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.facestream.deploy.command.Complaints;
import org.facestream.sink.people.Exports;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import picocli.CommandLine.Command;

@Command(
    name = "unfinished",
    header = "List commands of `facestream people` that are not finished, and what is left.",
    description = {
      "",
      "A running sink continues them every few seconds, or less and less often, down to once an hour,",
      "while the gallery refuses one. Running the same command again continues it too. The exit code",
      "is 1 while something is left. Exports of forgotten people on other machines are listed for 30",
      "days."
    })
final class PeopleUnfinishedCommand extends GalleryAndDatabaseCommand {
  @Override
  int with(Places places) throws StoreException {
    List<Deed> left = new UnfinishedDeeds(places.database()).all();
    for (Deed deed : left) {
      out()
          .printf(
              "%s, begun %s; %s%s%n",
              PeopleDeeds.words(deed),
              deed.begun(),
              PeopleDeeds.progress(deed),
              places.deeds().refusal(deed).map("; the gallery refuses it: "::concat).orElse(""));
    }
    SortedSet<LocalDate> days = new ErasedDays(places.database()).left();
    if (!days.isEmpty()) {
      out()
          .printf(
              "Bytes of erased crops or names are still in the database's files of %s.%n",
              days.stream()
                  .map(day -> day.equals(ErasedDays.NAMES) ? "sightings" : day.toString())
                  .collect(Collectors.joining(", ")));
    }
    new Exports(places.database().dataSource())
        .left()
        .forEach(export -> out().println(words(export)));
    if (left.isEmpty() && days.isEmpty()) {
      out().println("Every command is finished.");
      return 0;
    }
    return Complaints.FAILURE;
  }

  /** What a user has to do. */
  static String words(Exports.Left export) {
    return "An export of a person who was forgotten is in %s on %s, written %s: delete it there."
        .formatted(export.folder(), export.host(), export.written());
  }
}
