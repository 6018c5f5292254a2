package org.facestream.detector;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.ingest.frame.FrameTopic;

/**
 * Chooses frames from a backlog. The cameras take turns, each with its newest frame that was not
 * taken yet; the camera that has waited longest is first. So a camera with many frames does not
 * starve the others, and if there is not enough time for one frame of each, all get their turn.
 *
 * <p>All frames of a replay are taken, in order and in addition, because their reader waits for the
 * detectors, see {@code ReplayPace}. For one thread.
 */
final class FairShare {
  /** A camera is forgotten after this number of frames since its last one. */
  private static final long MEMORY = 10_000;

  /** The number of frames taken when a camera's last frame was taken. */
  private final Map<String, Long> served = new HashMap<>();

  private long clock;

  /**
   * A candidate frame.
   *
   * @param pixels its cost
   */
  record Offer(Source source, long pixels) {
    boolean replay() {
      return FrameTopic.isReplay(source.record());
    }

    String camera() {
      return source.frame().camera();
    }

    Instant captureTime() {
      return source.frame().captureTime();
    }
  }

  /**
   * The result; each camera's frames are in the order of capture.
   *
   * @param taken frames to process
   * @param overtaken frames dropped in favour of newer ones
   */
  record Choice(List<Offer> taken, List<Offer> overtaken) {}

  /**
   * Chooses frames. A frame that is larger than the room is taken if it is the first.
   *
   * @param room number of pixels
   */
  Choice choose(List<Offer> all, long room) {
    List<Offer> replays = all.stream().filter(Offer::replay).toList();
    List<Offer> offers = all.stream().filter(offer -> !offer.replay()).toList();
    Map<String, List<Offer>> waiting = newestFirst(offers);
    List<String> order = new ArrayList<>(waiting.keySet());
    order.sort(
        Comparator.comparingLong((String camera) -> served.getOrDefault(camera, 0L))
            .thenComparing(Comparator.naturalOrder()));
    Set<Offer> taken = new HashSet<>();
    long left = room;
    for (int round = 0; left > 0; round++) {
      boolean any = false;
      for (String camera : order) {
        List<Offer> own = waiting.getOrDefault(camera, List.of());
        if (round < own.size() && (left >= own.get(round).pixels() || taken.isEmpty())) {
          any = true;
          left -= own.get(round).pixels();
          taken.add(own.get(round));
          served.put(camera, ++clock);
        }
      }
      if (!any) {
        break;
      }
    }
    served.values().removeIf(last -> last < clock - MEMORY);
    List<Offer> inOrder = new ArrayList<>(offers);
    inOrder.sort(Comparator.comparing(Offer::captureTime));
    return new Choice(
        Stream.concat(inOrder.stream().filter(taken::contains), replays.stream()).toList(),
        inOrder.stream().filter(offer -> !taken.contains(offer)).toList());
  }

  private static Map<String, List<Offer>> newestFirst(List<Offer> offers) {
    Map<String, List<Offer>> byCamera = new HashMap<>();
    for (Offer offer : offers) {
      byCamera.computeIfAbsent(offer.camera(), camera -> new ArrayList<>()).add(offer);
    }
    byCamera.values().forEach(own -> own.sort(Comparator.comparing(Offer::captureTime).reversed()));
    return byCamera;
  }
}
