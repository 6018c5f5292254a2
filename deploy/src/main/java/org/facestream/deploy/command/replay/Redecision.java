package org.facestream.deploy.command.replay;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.Closing;
import org.facestream.recognizer.facenet.Descriptors;
import org.facestream.recognizer.facenet.LocatedFace;
import org.facestream.recognizer.gallery.match.CandidateSearch;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.MatchBuilder;
import org.facestream.recognizer.identity.TrackReplay;
import org.facestream.sink.store.StoredCrops.Described;
import org.jspecify.annotations.Nullable;

/**
 * Decides about stored tracks as a recognizer would by the given rules: the same search in the
 * gallery and the same decision per track. Faces without a descriptor of the model are described
 * from their crops; the network is loaded for the first of them.
 */
final class Redecision implements AutoCloseable {
  /** As many pictures are decoded at a time. */
  private static final int AT_ONCE = 32;

  private final ReplayRules rules;
  private final PresentGallery gallery;
  private final CandidateSearch search;
  private @Nullable Descriptors network;

  /** Why a sighting cannot be decided about again. */
  enum Missing {
    /** No face of it is stored. */
    faces("of which no face is stored (any more)"),
    /** Faces without a descriptor of the model, and without a picture. */
    pictures("with neither a crop nor a descriptor of the model"),
    /** Crops that cannot be decoded or aligned, or that recognizers leave out. */
    usable("whose stored faces cannot be described");

    private final String words;

    Missing(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * What came of a track; one of the two is there.
   *
   * @param event the last one that would be published
   * @param missing why there is none
   */
  record Decided(@Nullable IdentityEvent event, @Nullable Missing missing) {}

  Redecision(ReplayRules rules, PresentGallery gallery) {
    this.rules = rules;
    this.gallery = gallery;
    this.search =
        new CandidateSearch(
            rules.thresholds(), rules.configured().reduction(), CandidateSearch.USUAL);
  }

  /** By track, what is decided of these faces, which are in the order of their capture. */
  Map<String, Decided> decide(List<String> tracks, List<Described> faces) {
    Map<String, Missing> missing = new HashMap<>();
    List<Described> searched = described(faces, missing);
    Map<String, List<Match>> matches = matches(searched);
    Map<String, Decided> decided = new HashMap<>();
    for (String track : tracks) {
      List<Match> own = matches.get(track);
      decided.put(
          track,
          own == null
              ? new Decided(null, missing.getOrDefault(track, Missing.faces))
              : new Decided(last(own), null));
    }
    return decided;
  }

  private IdentityEvent last(List<Match> faces) {
    // Each track for itself: what it would write of visitors is not written.
    List<IdentityEvent> events =
        new TrackReplay(rules.configured().rules(), gallery.visitorsOrNull()).events(faces);
    return events.get(events.size() - 1);
  }

  /** The faces that have, or get, a descriptor of the model, in the same order. */
  private List<Described> described(List<Described> faces, Map<String, Missing> missing) {
    List<Described> all = new ArrayList<>(faces.size());
    for (int from = 0; from < faces.size(); from += AT_ONCE) {
      all.addAll(part(faces.subList(from, Math.min(faces.size(), from + AT_ONCE)), missing));
    }
    return all;
  }

  private List<Described> part(List<Described> faces, Map<String, Missing> missing) {
    try (Closing pictures = new Closing()) {
      List<Described> usable = new ArrayList<>(faces.size());
      List<LocatedFace> located = new ArrayList<>();
      for (Described each : faces) {
        Face face = each.face();
        if (!(face.score() >= rules.configured().minScore())) {
          missing.put(face.track(), Missing.usable);
        } else if (isOfModel(each)) {
          usable.add(each);
        } else if (face.jpeg().length == 0) {
          missing.putIfAbsent(face.track(), Missing.pictures);
        } else if (!network().canDescribe(face.cropLandmarks())) {
          missing.put(face.track(), Missing.usable);
        } else {
          try {
            Picture crop = pictures.add(Picture.decodeFrame(face.jpeg()));
            located.add(new LocatedFace(crop, face.cropLandmarks()));
            usable.add(new Described(face, null, null));
          } catch (UnreadablePictureException unreadable) {
            missing.put(face.track(), Missing.usable);
          }
        }
      }
      if (located.isEmpty()) {
        return usable;
      }
      List<float[]> descriptors = new ArrayList<>(network().describe(located));
      return usable.stream()
          .map(
              each ->
                  each.descriptor() != null
                      ? each
                      : new Described(each.face(), rules.model().name(), descriptors.remove(0)))
          .toList();
    }
  }

  private boolean isOfModel(Described face) {
    return rules.model().name().equals(face.model())
        && face.descriptor() != null
        && face.descriptor().length == rules.model().length();
  }

  private Descriptors network() {
    Descriptors loaded = network;
    if (loaded == null) {
      loaded =
          new Descriptors(rules.model(), rules.configured().device(), rules.configured().threads());
      network = loaded;
    }
    return loaded;
  }

  private Map<String, List<Match>> matches(List<Described> faces) {
    Map<String, List<Match>> matches = new HashMap<>();
    if (faces.isEmpty()) {
      return matches;
    }
    List<List<Match.Candidate>> candidates =
        search.search(
            gallery.snapshot(),
            faces.stream().map(Described::descriptor).toArray(float[][]::new),
            faces.stream().map(each -> each.face().camera()).toList(),
            Instant.now());
    for (int i = 0; i < faces.size(); i++) {
      Face face = faces.get(i).face();
      matches
          .computeIfAbsent(face.track(), track -> new ArrayList<>())
          .add(match(face, faces.get(i).descriptor(), candidates.get(i)));
    }
    return matches;
  }

  private Match match(Face face, float @Nullable [] descriptor, List<Match.Candidate> candidates) {
    return MatchBuilder.builder()
        .faceId(face.id())
        .camera(face.camera())
        .track(face.track())
        .captureTime(face.captureTime())
        .box(face.box())
        .score(face.score())
        .quality(face.quality().overall())
        .zones(face.zones())
        .candidates(candidates)
        .threshold(rules.thresholds().on(face.camera()))
        .model(rules.model().name())
        .galleryVersion(gallery.snapshot().version().sum())
        .gallery(gallery.snapshot().version())
        .descriptor(descriptor)
        .build();
  }

  @Override
  public void close() {
    if (network != null) {
      network.close();
    }
  }
}
