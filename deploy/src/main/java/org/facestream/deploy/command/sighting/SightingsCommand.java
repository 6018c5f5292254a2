package org.facestream.deploy.command.sighting;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.Sightings.Sighting;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "sightings",
    header = "List who was seen, where and when, with pictures; or erase sightings.",
    description = {
      "",
      "A sighting is one person in front of one camera, from the first to the last face. The latest",
      "sightings come first. A time is a moment such as 2026-11-30T22:00:00Z, or a local time or day",
      "such as 2026-11-30T22:00 or 2026-11-30."
    },
    footer = {
      "",
      "Examples:",
      "  facestream sightings --camera back-door --from 2026-11-30T22:00",
      "  facestream sightings --person \"Ada Lovelace\" --json",
      "  facestream sightings --unknown --crops strangers/",
      "  facestream sightings erase door-mhrtwd3c-214"
    },
    subcommands = SightingsErase.class)
public final class SightingsCommand extends Subcommand {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--person",
      paramLabel = "PERSON",
      description = "Only sightings of this person: name or id.")
  private @Nullable String person;

  @Option(names = "--unknown", description = "Only sightings of unknown people.")
  private boolean unknown;

  @Option(names = "--camera", paramLabel = "ID", description = "Only sightings of this camera.")
  private @Nullable String camera;

  @Option(names = "--zone", paramLabel = "NAME", description = "Only sightings in this zone.")
  private @Nullable String zone;

  @Mixin private TimeRange seen;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Largest number of sightings. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Option(
      names = "--crops",
      paramLabel = "DIR",
      description = "Write the pictures into this folder, which is made when it is missing.")
  private @Nullable Path crops;

  @Override
  protected int execute() throws StoreException {
    Sightings.Wanted wanted = wanted();
    try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
        Database database = connection.database()) {
      Sightings sightings = new Sightings(database.dataSource());
      List<Sighting> found = sightings.list(wanted);
      Map<String, List<String>> files = crops == null ? Map.of() : write(crops, sightings, found);
      if (json) {
        List<Object> views = new ArrayList<>();
        found.forEach(each -> views.add(view(each, files.get(each.track()))));
        out().println(new String(RecordJson.write(views), UTF_8));
        return 0;
      }
      found.forEach(this::print);
      if (found.isEmpty()) {
        err().println("Nobody was seen.");
      } else if (found.size() == limit) {
        err().printf(Locale.ROOT, "The latest %d; --limit shows more.%n", limit);
      }
      return 0;
    }
  }

  private Sightings.Wanted wanted() {
    if (limit < 1) {
      throw new UserError("--limit must be 1 or more.");
    }
    if (person != null && unknown) {
      throw new UserError("Give --person or --unknown, not both.");
    }
    return new Sightings.Wanted(
        Optional.ofNullable(person),
        unknown,
        Optional.ofNullable(camera),
        Optional.ofNullable(zone),
        seen.from(),
        seen.to(),
        limit);
  }

  private void print(Sighting sighting) {
    Sightings.Who who = sighting.who();
    out()
        .printf(
            Locale.ROOT,
            "%s  %5d s  %-16s  %-32s  %d %s  %s%s%n",
            TIME.format(sighting.firstSeen()),
            Math.max(
                0, sighting.lastSeen().getEpochSecond() - sighting.firstSeen().getEpochSecond()),
            sighting.camera(),
            who.personId() == null ? who.name() : who.name() + " (" + who.personId() + ")",
            sighting.crops(),
            sighting.crops() == 1 ? "crop " : "crops",
            sighting.track(),
            sighting.zones().isEmpty() ? "" : "  " + String.join(", ", sighting.zones()));
  }

  private static Map<String, @Nullable Object> view(
      Sighting sighting, @Nullable List<String> files) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("track", sighting.track());
    view.put("camera", sighting.camera());
    view.put("firstSeen", sighting.firstSeen());
    view.put("lastSeen", sighting.lastSeen());
    view.put("ended", sighting.ended());
    view.put("zones", sighting.zones());
    view.put("personId", sighting.who().personId());
    view.put("name", sighting.who().name());
    view.put("distance", sighting.who().distance());
    view.put("crops", sighting.crops());
    if (files != null) {
      view.put("files", files);
    }
    return view;
  }

  /** Writes the pictures, and returns the names of the files by sighting. */
  private static Map<String, List<String>> write(
      Path folder, Sightings sightings, List<Sighting> found) throws StoreException {
    Map<String, List<String>> files = new LinkedHashMap<>();
    try {
      if (!Files.exists(folder)) {
        OwnerOnly.newFolder(folder);
      }
      for (Sighting sighting : found) {
        List<String> names = new ArrayList<>();
        files.put(sighting.track(), names);
        sightings.crops(
            sighting.track(),
            crop -> {
              byte[] jpeg = crop.jpeg();
              if (jpeg == null) {
                return;
              }
              // Ids come from outside.
              String name = crop.faceId().replaceAll("[^A-Za-z0-9._-]", "_") + ".jpg";
              try {
                Files.deleteIfExists(folder.resolve(name));
                OwnerOnly.write(folder.resolve(name), jpeg);
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              }
              names.add(name);
            });
      }
      return files;
    } catch (IOException failed) {
      throw unwritable(folder, failed);
    } catch (UncheckedIOException failed) {
      throw unwritable(folder, failed.getCause());
    }
  }

  private static UserError unwritable(Path folder, @Nullable IOException failed) {
    String why = failed == null ? "unknown" : UserError.reason(failed);
    return new UserError(
        "Cannot write to %s: %s.".formatted(folder, why),
        failed == null ? new IOException(why) : failed);
  }
}
