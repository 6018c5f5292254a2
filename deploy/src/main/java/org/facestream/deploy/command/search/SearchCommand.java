package org.facestream.deploy.command.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.command.TimeRange;
import org.facestream.deploy.command.picture.PictureFile;
import org.facestream.detector.face.Box;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.sink.SinkConfig;
import org.facestream.sink.api.picture.FaceDescriber;
import org.facestream.sink.api.picture.SeenFace;
import org.facestream.sink.search.FaceIndex;
import org.facestream.sink.search.FaceSearch;
import org.facestream.sink.search.Found;
import org.facestream.sink.search.IndexFollower;
import org.facestream.sink.search.Wanted;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "search",
    header = "Find the stored faces that are nearest to the face in a photograph.",
    description = {
      "",
      "Compares the face with the descriptor of every stored face of the configured model, and",
      "prints the nearest ones, nearest first: the distance, whether it is likely the same person",
      "(`likely`, `perhaps` or `no`, by the model's thresholds), when and where the face was seen,",
      "whose sighting it is, and its track. It is a hint for a human, never a proof."
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  facestream search photo.jpg",
      "  facestream search photo.jpg --from 2026-11-29 --camera door --camera gate",
      "  facestream search group.jpg --face 2 --limit 50 --json",
      "  facestream search photo.jpg --person unknown --crops found/"
    })
public final class SearchCommand extends Subcommand {
  @Parameters(arity = "1..*", paramLabel = "PHOTO", description = PictureFile.KINDS)
  private List<Path> photos;

  @Option(
      names = "--face",
      paramLabel = "N",
      description = "Which face of the photo: 1 is the largest. Default: 1")
  private Integer face;

  @Mixin private TimeRange seen;

  @Option(names = "--camera", paramLabel = "ID", description = "Seen by it, or another given one.")
  private List<String> cameras;

  @Option(names = "--zone", paramLabel = "NAME", description = "Seen in it, or another given one.")
  private List<String> zones;

  @Option(
      names = "--person",
      paramLabel = "PERSON",
      description =
          "Sightings of this name or id, or another given one; `unknown` for nobody known.")
  private List<String> persons;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "Largest number of faces. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description = "The descriptor network. Default: recognizer.model")
  private String model;

  @Option(
      names = "--crops",
      paramLabel = "DIR",
      description = "Write the stored crops of the faces into this folder.")
  private Path crops;

  @Option(names = "--json", description = "Print one line of JSON for each photo.")
  private boolean json;

  @Mixin private KafkaOptions kafka;

  @Override
  protected int execute() throws Exception {
    if (limit < 1 || limit > Wanted.MOST) {
      throw new UserError("--limit is " + limit + ": give 1 to " + Wanted.MOST + ".");
    }
    if (face != null && face < 1) {
      throw new UserError("--face is " + face + ": give 1 or more.");
    }
    try (FaceDescriber describer = new FaceDescriber(configuration().settings(), model)) {
      // Before anything is started: a photograph without a face needs no database.
      List<SearchedFace> faces = photos.stream().map(photo -> face(describer, photo)).toList();
      try (KafkaOptions.Connection connection = kafka.connectDatabase(configuration());
          Database database = connection.database()) {
        try (FaceIndex index =
                index(connection.settings().get(SinkConfig.class).searchFolder(), database);
            FaceSearch search =
                new FaceSearch(
                    database.dataSource(), index, Runtime.getRuntime().availableProcessors())) {
          if (crops != null && !Files.isDirectory(crops)) {
            OwnerOnly.newFolder(crops);
          }
          for (SearchedFace searched : faces) {
            search(search, describer.descriptors().model(), searched);
          }
        }
      }
    }
    return 0;
  }

  private SearchedFace face(FaceDescriber describer, Path photo) {
    try (Picture picture = PictureFile.read(photo)) {
      List<SeenFace> faces =
          describer.seen(picture).stream()
              .sorted(Comparator.comparingDouble((SeenFace each) -> -area(each.box())))
              .toList();
      if (faces.isEmpty()) {
        throw new UserError(photo + " shows no face: give a photo with one.");
      }
      int number = face == null ? 1 : face;
      if (number > faces.size()) {
        throw new UserError(
            photo
                + " shows "
                + (faces.size() == 1 ? "one face" : faces.size() + " faces")
                + ": --face "
                + number
                + " is none of them.");
      }
      if (faces.size() > 1 && face == null) {
        err()
            .printf(
                Locale.ROOT,
                "%s shows %d faces; this is the largest, --face 2 is the next.%n",
                photo,
                faces.size());
        err().flush();
      }
      SeenFace chosen = faces.get(number - 1);
      return new SearchedFace(
          photo,
          number,
          faces.size(),
          chosen,
          describer.descriptors().describe(picture, chosen.landmarks()));
    }
  }

  private static double area(Box box) {
    return (double) (box.right() - box.left()) * (box.bottom() - box.top());
  }

  /** The index, brought up to date where no sink does that. */
  private FaceIndex index(Optional<Path> folder, Database database) throws StoreException {
    if (folder.isEmpty()) {
      return FaceIndex.none();
    }
    FaceIndex index = null;
    try {
      index = FaceIndex.open(folder.get());
      new IndexFollower(database.dataSource(), index).follow();
      return index;
    } catch (IOException unusable) {
      err()
          .printf(
              "The search index in %s cannot be used (%s): every descriptor is read from the"
                  + " database.%n",
              folder.get(), UserError.reason(unusable));
      err().flush();
      if (index != null) {
        closeQuietly(index);
      }
      return FaceIndex.none();
    }
  }

  private static void closeQuietly(FaceIndex index) {
    try {
      index.close();
    } catch (IOException alsoUnusable) {
      // It was reported that it is.
    }
  }

  private void search(FaceSearch search, DescriptorModel model, SearchedFace searched)
      throws StoreException, IOException {
    Wanted.Conditions conditions =
        new Wanted.Conditions(
            seen.from().orElse(null),
            seen.to().orElse(null),
            given(cameras),
            given(zones),
            given(persons));
    List<Found> found =
        search.search(
            new Wanted(searched.descriptor(), model.name(), model.metric(), conditions, limit));
    if (found.isEmpty()) {
      requireRows(search, model);
    }
    SearchReport report = new SearchReport(searched, model);
    for (Found each : found) {
      report.add(each, crops == null ? null : crop(search, searched, report.size() + 1, each));
    }
    if (json) {
      out().println(Json.text(report.json()));
    } else {
      report.lines().forEach(out()::println);
    }
    out().flush();
  }

  private static List<String> given(@Nullable List<String> values) {
    return values == null ? List.of() : values;
  }

  private static void requireRows(FaceSearch search, DescriptorModel model) throws StoreException {
    Set<String> models = search.models();
    if (models.isEmpty()) {
      throw new UserError(
          "No face is stored yet: a running sink stores the faces of every sighting.");
    }
    if (!models.contains(model.name())) {
      throw new UserError(
          "No stored face was described by %s, but by %s: give that model with --model."
              .formatted(model.name(), String.join(", ", models)));
    }
  }

  /** Writes the crop of a hit; null where it is not stored any more. */
  private @Nullable Path crop(FaceSearch search, SearchedFace searched, int place, Found found)
      throws StoreException, IOException {
    Optional<byte[]> jpeg = search.picture(found.seen());
    if (jpeg.isEmpty()) {
      return null;
    }
    Path file =
        crops.resolve(
            String.format(
                Locale.ROOT,
                "%s-%03d-%d.jpg",
                searched.photo().getFileName(),
                place,
                found.seen().row()));
    OwnerOnly.write(file, jpeg.get());
    return file;
  }
}
