package org.facestream.sink.evidence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.facestream.detector.face.Face;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.store.CropChoice;
import org.facestream.sink.store.FaceStore;

/**
 * Faces and matches that are not stored yet, because their tracks have no sighting, or matches
 * because their faces have no row. Of each track only those that can be kept. Only for the loop's
 * thread.
 */
final class WaitingFaces {
  private final int most;
  private final Map<String, Track> tracks = new HashMap<>();
  private long faceBytes;
  private long matchBytes;

  /** What waits of one track, by id of the face. */
  private static final class Track {
    private final Map<String, Held<Face>> faces = new HashMap<>();
    private final Map<String, Held<Match>> matches = new HashMap<>();

    /** Since the last try to store it, something came. */
    private boolean fresh;

    /** Of what is stored and cannot be tried again before a face comes. */
    private boolean known;

    boolean isEmpty() {
      return faces.isEmpty() && matches.isEmpty();
    }

    /** Whether nothing of it was read later. */
    boolean isFrom(long before) {
      return faces.values().stream().allMatch(each -> each.readNanos() - before < 0)
          && matches.values().stream().allMatch(each -> each.readNanos() - before < 0);
    }
  }

  /**
   * @param most how many crops are kept of a track
   */
  WaitingFaces(int most) {
    this.most = most;
  }

  void addFace(Held<Face> face) {
    Track track = tracks.computeIfAbsent(face.value().track(), each -> new Track());
    faceBytes += add(track.faces, face);
    track.fresh = true;
  }

  void addMatch(Held<Match> match) {
    Track track = tracks.computeIfAbsent(match.value().track(), each -> new Track());
    matchBytes += add(track.matches, match);
    track.fresh = true;
  }

  /** Returns by how many bytes more are held. */
  private <T> long add(Map<String, Held<T>> held, Held<T> one) {
    if (held.putIfAbsent(one.faceId(), one) != null) {
      return 0;
    }
    if (held.size() <= most) {
      return one.bytes();
    }
    List<Held<T>> kept = CropChoice.keep(held.values(), most);
    return one.bytes() - remove(held, each -> !kept.contains(each));
  }

  private void removeFaces(Track track, Predicate<Held<Face>> gone) {
    faceBytes -= remove(track.faces, gone);
  }

  private void removeMatches(Track track, Predicate<Held<Match>> gone) {
    matchBytes -= remove(track.matches, gone);
  }

  /** Returns how many bytes less are held. */
  private static <T> long remove(Map<String, Held<T>> held, Predicate<Held<T>> gone) {
    long before = held.values().stream().mapToLong(Held::bytes).sum();
    held.values().removeIf(gone);
    return before - held.values().stream().mapToLong(Held::bytes).sum();
  }

  /** About how much memory it takes. */
  long bytes() {
    return faceBytes + matchBytes;
  }

  /** About how much memory the faces take. */
  long faceBytes() {
    return faceBytes;
  }

  /** About how much memory the matches take. */
  long matchBytes() {
    return matchBytes;
  }

  /** Tracks of which something may be stored now. */
  List<String> due() {
    return tracks.entrySet().stream()
        .filter(each -> !each.getValue().known || each.getValue().fresh)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** Faces of tracks. */
  List<Face> faces(Collection<String> of) {
    return of(of).stream()
        .flatMap(track -> track.faces.values().stream())
        .map(Held::value)
        .toList();
  }

  /** Matches of tracks. */
  List<Match> matches(Collection<String> of) {
    return of(of).stream()
        .flatMap(track -> track.matches.values().stream())
        .map(Held::value)
        .toList();
  }

  private List<Track> of(Collection<String> names) {
    List<Track> some = new ArrayList<>();
    for (String name : names) {
      Track track = tracks.get(name);
      if (track != null) {
        some.add(track);
      }
    }
    return some;
  }

  /**
   * Some tracks were tried: what is stored, or must not be, leaves.
   *
   * @param tried which
   */
  void stored(Collection<String> tried, FaceStore.Stored result) {
    for (Track track : of(tried)) {
      track.fresh = false;
      // A sighting may be gone again, by the retention.
      track.known = false;
    }
    for (Track track : of(result.tracks())) {
      track.known = true;
      removeFaces(track, each -> true);
      removeMatches(track, each -> !result.missing().contains(each.faceId()));
    }
    forgetEmpty();
  }

  /** A track whose rows the database refuses. */
  void refused(String name) {
    for (Track track : of(List.of(name))) {
      removeFaces(track, each -> true);
      removeMatches(track, each -> true);
    }
    forgetEmpty();
  }

  /**
   * Lets go of tracks that no event tells of.
   *
   * @param readBefore what was read before, by {@link System#nanoTime}, has its events by now, if
   *     it has any
   * @return how many faces without an event that were, by camera
   */
  Map<String, Integer> letGo(long readBefore) {
    Map<String, Integer> faces = new HashMap<>();
    for (Track track : tracks.values()) {
      if (!track.known && track.isFrom(readBefore)) {
        track.faces.values().forEach(each -> faces.merge(each.value().camera(), 1, Integer::sum));
        removeFaces(track, each -> true);
        removeMatches(track, each -> true);
      }
    }
    forgetEmpty();
    return faces;
  }

  /**
   * Lets go of matches of stored tracks whose faces were read and not kept.
   *
   * @param readBefore what was read before, by {@link System#nanoTime}, has its faces by now
   */
  void letGoOfMatches(long readBefore) {
    for (Track track : tracks.values()) {
      if (track.known && !track.fresh) {
        removeMatches(track, each -> each.readNanos() - readBefore < 0);
      }
    }
    forgetEmpty();
  }

  /** Records of these partitions will be read again by whoever has them now. */
  void revoked(Collection<TopicPartition> partitions) {
    for (Track track : tracks.values()) {
      removeFaces(track, each -> partitions.contains(each.partition()));
      removeMatches(track, each -> partitions.contains(each.partition()));
    }
    forgetEmpty();
  }

  private void forgetEmpty() {
    tracks.values().removeIf(Track::isEmpty);
  }

  /** The first record of each partition that waits. */
  Map<TopicPartition, Long> first() {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (Track track : tracks.values()) {
      track.faces.values().forEach(each -> first.merge(each.partition(), each.offset(), Math::min));
      track
          .matches
          .values()
          .forEach(each -> first.merge(each.partition(), each.offset(), Math::min));
    }
    return first;
  }
}
