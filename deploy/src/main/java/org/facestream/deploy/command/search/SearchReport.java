package org.facestream.deploy.command.search;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.detector.face.Box;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.sink.api.search.Likeness;
import org.facestream.sink.search.Found;
import org.jspecify.annotations.Nullable;

/** What a search found for one face, for people and for programs. */
final class SearchReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  /** One line of JSON. */
  record Whole(String photo, int face, int faces, Box box, String model, List<Hit> found) {}

  /** A stored face that was found. */
  record Hit(
      float distance,
      Likeness likeness,
      Instant time,
      String camera,
      List<String> zones,
      Found.Person person,
      String track,
      Picture picture) {}

  /** Which face it is, and where its crop was written. */
  record Picture(String faceId, @Nullable String crop) {}

  private final SearchedFace searched;
  private final DescriptorModel model;
  private final List<Hit> hits = new ArrayList<>();

  SearchReport(SearchedFace searched, DescriptorModel model) {
    this.searched = searched;
    this.model = model;
  }

  int size() {
    return hits.size();
  }

  void add(Found found, @Nullable Path crop) {
    Found.Seen seen = found.seen();
    hits.add(
        new Hit(
            found.distance(),
            Likeness.of(found.distance(), model),
            seen.time(),
            seen.camera(),
            seen.zones(),
            found.person(),
            seen.track(),
            new Picture(seen.faceId(), crop == null ? null : crop.toString())));
  }

  Whole json() {
    return new Whole(
        searched.photo().toString(),
        searched.number(),
        searched.faces(),
        searched.face().box(),
        model.name(),
        hits);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (hits.isEmpty()) {
      lines.add(searched.photo() + ": no stored face fulfils the conditions.");
      return lines;
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: the nearest stored faces by %s (likely below %.3f, perhaps below %.3f)",
            searched.photo(),
            model.name(),
            model.threshold(),
            model.verification()));
    for (Hit hit : hits) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%6.3f  %-7s  %s  %-12s  %-20s  %s%s",
              hit.distance(),
              hit.likeness(),
              TIME.format(hit.time()),
              hit.camera(),
              hit.person().name(),
              hit.track(),
              hit.picture().crop() == null ? "" : "  " + hit.picture().crop()));
    }
    return lines;
  }
}
