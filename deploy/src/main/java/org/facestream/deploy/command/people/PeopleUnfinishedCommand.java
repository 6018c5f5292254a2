package org.facestream.deploy.command.people;

import java.util.List;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.people.PeopleDeeds;
import org.facestream.sink.store.Deed;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.UnfinishedDeeds;
import picocli.CommandLine.Command;

@Command(
    name = "unfinished",
    header = "Show what was begun with people and is not finished, and what is left of it.",
    description = {
      "",
      "A sink that runs goes on with it every few seconds (less and less often, down to once an hour,",
      "while the gallery refuses it), as does the command that began it, given again. Ends with 1",
      "while something is left."
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
    if (left.isEmpty()) {
      out().println("Nothing is left unfinished.");
    }
    return left.isEmpty() ? 0 : Complaints.FAILURE;
  }
}
