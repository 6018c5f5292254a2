package org.facestream.deploy.command.people;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Command;

@Command(
    name = "expire",
    header = "Erase enrolled pictures that have expired.",
    description = {
      "",
      "Running recognizers do this automatically, gallery.erase-expired-after after the expiry.",
      "Sightings are kept as long as all others: to erase them too, forget the person first."
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
            "%d expired pictures of %d people erased.%n",
            expired.stream().mapToInt(entry -> entry.references().size()).sum(),
            expired.size());
    return 0;
  }
}
