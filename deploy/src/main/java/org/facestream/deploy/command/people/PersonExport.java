package org.facestream.deploy.command.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.recognizer.identity.RecordJson;
import org.facestream.sink.people.Exports;
import org.facestream.sink.store.EventStore;
import org.facestream.sink.store.PersonRecords;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Writes all data about a person into a new folder that only its owner can access. */
final class PersonExport {
  private final Path folder;
  private final boolean made;
  private final List<Path> files = new ArrayList<>();
  private int cropsWritten;

  /**
   * @throws UserError when the folder is there and holds something, or cannot be made
   */
  PersonExport(Path folder) {
    this.folder = folder;
    try {
      made = !Files.exists(folder);
      if (made) {
        OwnerOnly.newFolder(folder);
      } else {
        try (Stream<Path> inside = Files.list(folder)) {
          if (inside.findAny().isPresent()) {
            throw new UserError(folder + " is not empty: give a folder that does not exist yet.");
          }
        }
        OwnerOnly.close(folder);
      }
    } catch (IOException failed) {
      throw unwritable(failed);
    }
  }

  /**
   * Writes {@code person.json}, a JPEG per picture, {@code sightings.json}, {@code events.json},
   * {@code visits.json}, {@code corrections.json}, {@code alerts.json}, and {@code crops.json} with
   * a JPEG per crop of a sighting.
   *
   * <p>When it fails, all files are removed.
   *
   * @param audit runs before anything of the person is on the disk
   * @return rows of the database that were written
   */
  EventStore.Rows write(People.Entry entry, DataSource records, Runnable audit)
      throws StoreException {
    boolean whole = false;
    Exports exports = new Exports(records);
    byte[] mark = null;
    try {
      audit.run();
      mark = exports.begin(entry.person().id(), folder);
      OwnerOnly.write(file(Exports.MARK), mark);
      EventStore.Rows rows = writeAll(entry, records);
      whole = true;
      return rows;
    } catch (IOException failed) {
      throw unwritable(failed);
    } catch (UncheckedIOException failed) {
      throw unwritable(Objects.requireNonNull(failed.getCause(), "it is made of one"));
    } finally {
      if (!whole) {
        discard();
        if (mark != null) {
          exports.forget(UUID.fromString(new String(mark, UTF_8)));
        }
      }
    }
  }

  private EventStore.Rows writeAll(People.Entry entry, DataSource records)
      throws StoreException, IOException {
    List<@Nullable String> thumbnails = new ArrayList<>();
    for (int i = 0; i < entry.references().size(); i++) {
      byte[] thumbnail = entry.references().get(i).thumbnail();
      boolean some = thumbnail != null && thumbnail.length > 0;
      thumbnails.add(some ? String.format(Locale.ROOT, "picture-%d.jpg", i + 1) : null);
      if (some) {
        OwnerOnly.write(file(thumbnails.get(i)), thumbnail);
      }
    }
    OwnerOnly.write(file("person.json"), RecordJson.write(PersonView.whole(entry, thumbnails)));
    try (Rows sightings = new Rows("sightings.json");
        Rows events = new Rows("events.json");
        Rows crops = new Rows("crops.json");
        Rows visits = new Rows("visits.json");
        Rows corrections = new Rows("corrections.json");
        Rows alerts = new Rows("alerts.json")) {
      String id = entry.person().id();
      EventStore.Rows rows = new PersonRecords(records).export(id, sightings::add, events::add);
      new PersonRecords(records).exportMore(id, visits::add, corrections::add, alerts::add);
      new Sightings(records).cropsOf(id, crop -> add(crops, crop));
      sightings.end();
      events.end();
      crops.end();
      visits.end();
      corrections.end();
      alerts.end();
      return rows;
    }
  }

  private void add(Rows crops, Sightings.Crop crop) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("track", crop.track());
    view.put("faceId", crop.faceId());
    view.put("captureTime", crop.captured());
    view.put("quality", crop.quality());
    view.put("model", crop.model());
    view.put("descriptor", crop.descriptor());
    byte[] jpeg = crop.jpeg();
    if (jpeg != null) {
      String name = String.format(Locale.ROOT, "crop-%d.jpg", ++cropsWritten);
      view.put("file", name);
      try {
        OwnerOnly.write(file(name), jpeg);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    crops.add(new String(RecordJson.write(view), UTF_8));
  }

  private Path file(String name) {
    Path file = folder.resolve(name);
    files.add(file);
    return file;
  }

  private void discard() {
    try {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      if (made) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException left) {
      throw new UserError(
          ("The export failed, and the incomplete files in %s cannot be deleted (%s): "
                  + "delete them.")
              .formatted(folder, UserError.reason(left)),
          left);
    }
  }

  private UserError unwritable(IOException failed) {
    return new UserError(
        "Cannot write to %s: %s.".formatted(folder, UserError.reason(failed)), failed);
  }

  /** A JSON array in a file, object by object, until it is {@linkplain #end ended}. */
  private final class Rows implements AutoCloseable {
    private final BufferedWriter writer;
    private String before = "[\n";

    Rows(String name) throws IOException {
      writer = OwnerOnly.newFile(file(name));
    }

    void add(String json) {
      try {
        writer.write(before);
        writer.write(json);
        before = ",\n";
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    /** Only what is whole is valid JSON. */
    void end() throws IOException {
      writer.write(before.equals("[\n") ? "[]\n" : "\n]\n");
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
