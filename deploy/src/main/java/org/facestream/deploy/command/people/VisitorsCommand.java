package org.facestream.deploy.command.people;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.Visitors;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.VisitorRecords;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "visitors",
    header = "List unknown people who were linked to each other.",
    description = {
      "",
      "With recognizer.visitors=on, unknown people get an id that is the same on all cameras and on",
      "other days. Who was seen last comes first. A visitor without looks has expired, and is not",
      "recognised again; the sightings stay for sink.retention.events."
    },
    footer = {"", "Examples:", "  facestream visitors", "  facestream visitors --json"})
public final class VisitorsCommand extends GalleryAndDatabaseCommand {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  /**
   * A visitor, as programs read it.
   *
   * @param looks that are kept
   * @param ignored whether a person said so
   * @param expiry when the last look ends to be used; null without looks
   */
  record View(
      String visitorId,
      long sightings,
      List<String> cameras,
      Instant firstSeen,
      Instant lastSeen,
      int looks,
      boolean ignored,
      @Nullable Instant expiry) {

    static View of(VisitorRecords.Summary summary, People.@Nullable Entry kept) {
      return new View(
          summary.visitorId(),
          summary.sightings(),
          summary.cameras(),
          summary.firstSeen(),
          summary.lastSeen(),
          kept == null ? 0 : kept.references().size(),
          kept != null && Visitors.Answer.ignored.name().equals(kept.person().watchlist()),
          kept == null
              ? null
              : kept.references().stream()
                  .map(look -> look.expiry())
                  .filter(expiry -> expiry != null)
                  .max(Instant::compareTo)
                  .orElse(null));
    }
  }

  @Override
  int with(Places places) throws StoreException {
    Map<String, People.Entry> kept =
        places.people().visitors().list().stream()
            .collect(Collectors.toMap(entry -> entry.person().id(), Function.identity()));
    List<View> views = new ArrayList<>();
    for (VisitorRecords.Summary summary :
        new VisitorRecords(places.database().dataSource()).summaries()) {
      views.add(View.of(summary, kept.get(summary.visitorId())));
    }
    if (json) {
      out().println(PersonView.json(views));
      return 0;
    }
    for (View view : views) {
      out()
          .printf(
              Locale.ROOT,
              "%s  %4d %s  %s to %s  %s%s%n",
              view.visitorId(),
              view.sightings(),
              view.sightings() == 1 ? "sighting " : "sightings",
              TIME.format(view.firstSeen()),
              TIME.format(view.lastSeen()),
              String.join(", ", view.cameras()),
              view.ignored() ? "  ignored" : view.looks() == 0 ? "  expired" : "");
    }
    if (views.isEmpty()) {
      err().println("No visitors: recognizer.visitors is off, or nobody unknown was seen well.");
    }
    return 0;
  }
}
