package org.facestream.deploy.command.people;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;

@Command(
    name = "expire",
    header = "Erase the enrolled pictures whose time is over.",
    description = {
      "",
      "Recognizers that run do this by themselves, gallery.erase-expired-after later. Sightings are",
      "kept as long as all others: who wants them erased too forgets the person before."
    })
final class PeopleExpireCommand extends GalleryCommand {
  @Override
  boolean audited() {
    return true;
  }

  @Override
  int with(People people) {
    List<People.Entry> expired = people.expire(Instant.now());
    out()
        .printf(
            Locale.ROOT,
            "%d pictures of %d people erased whose time was over.%n",
            expired.stream().mapToInt(entry -> entry.references().size()).sum(),
            expired.size());
    return 0;
  }
}
