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
 * Which frames of a backlog are worth the time that there is. The cameras take turns, each giving
 * its newest frame that was not yet taken; who has waited longest is first. So a camera that sends
 * many frames does not starve the others, and where there is no time for one frame of each, all
 * come up in turn.
 *
 * <p>Frames of a replay are all taken, in their order and beside what there is room for: their
 * reader waits for the detectors, see {@code ReplayPace}. For one thread.
 */
final class FairShare {
  /** A camera is forgotten when so many frames were taken since its last. */
  private static final long MEMORY = 10_000;

  /** When a camera's last frame was taken, counted in frames taken. */
  private final Map<String, Long> served = new HashMap<>();

  private long clock;

  /**
   * A frame that could be handled.
   *
   * @param pixels what it costs
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
   * What became of the offers; each camera's in the order of capture.
   *
   * @param taken to be handled
   * @param overtaken by newer ones for which alone there is time
   */
  record Choice(List<Offer> taken, List<Offer> overtaken) {}

  /**
   * Chooses. A frame that is larger than the room is taken when it is the first.
   *
   * @param room for so many pixels
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
        List<Offer> own = waiting.get(camera);
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
