package org.facestream.deploy.command.people;

import java.util.Locale;
import java.util.Optional;
import org.facestream.deploy.command.ExpiryDay;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.people.VisitorLooks;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.VisitorNaming;
import org.facestream.sink.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "name",
    header = "Make a visitor a person of the gallery.",
    description = {
      "",
      "Enrols up to five stored crops of the visitor's latest sightings: good ones that differ, by",
      "the same rules as `facestream enroll`. Then corrects the visitor's sightings to that person",
      "and erases the visitor's looks. If no crop can be enrolled, nothing is changed. A command",
      "that was interrupted is continued by running it again. Name only people who agreed to it."
    },
    footer = {
      "",
      "Examples:",
      "  facestream people name visitor-5f0c2ab91e37 \"Ada Lovelace\" --consent case-17"
    })
final class PeopleNameCommand extends GalleryAndDatabaseCommand {
  @Parameters(index = "0", paramLabel = "VISITOR", description = "The visitor's id.")
  private String visitor;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "The person's name; or name or id of a person in the gallery.")
  private String name;

  @Option(
      names = "--consent",
      paramLabel = "REFERENCE",
      description = "Where the person's consent is kept; stored with each picture.")
  private String consent;

  @Option(
      names = "--expiry",
      paramLabel = "DATE",
      description = "The day from which on the pictures are no longer used.")
  private String expiry;

  @Option(
      names = "--confirm",
      description = "Also enrol crops that look like somebody else's pictures.")
  private boolean confirm;

  @Override
  int with(Places places) {
    EnrolmentTerms terms =
        new EnrolmentTerms(Optional.ofNullable(consent), ExpiryDay.begin(expiry));
    VisitorNaming naming =
        new VisitorNaming(places.settings(), places.people(), places.database(), places.trail());
    try {
      // Before the networks are loaded.
      if (!naming.has(visitor)) {
        throw VisitorLooks.unknown(visitor);
      }
      Enroller.check(places.settings(), terms);
      try (Enroller enroller =
          Enroller.ofCounterExamples(
              places.settings(), places.people().clients(), places.trail())) {
        VisitorNaming.Named named = naming.name(visitor, name, confirm, terms, enroller);
        out()
            .printf(
                Locale.ROOT,
                "%s is %s (%s): %d pictures enrolled, %d sightings corrected, %d looks erased.%n",
                visitor.strip(),
                PersonName.shown(named.person().name()),
                named.person().id(),
                named.pictures(),
                named.sightings(),
                named.looks());
      }
      return 0;
    } catch (StoreException failed) {
      throw new UserError(
          "PostgreSQL fails (%s): start it, or set store.url, and run the command again."
              .formatted(failed.getMessage()),
          failed);
    }
  }
}
