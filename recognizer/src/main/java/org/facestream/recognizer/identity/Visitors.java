package org.facestream.recognizer.identity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The visitors in this worker's replica: unknown people who were seen before, each with a few
 * looks. Read by the deciding thread while another thread changes it.
 */
public interface Visitors {
  /** Every visitor's id begins so; twelve hexadecimal digits follow. */
  String PREFIX = "visitor-";

  VisitorRules rules();

  /** What was seen of the visitors topic: it changes with every change. */
  GalleryVersion version();

  /**
   * The nearest visitors, each by the nearest look that has not expired.
   *
   * @param except a visitor who does not count, or null
   * @return nearest first, at most two
   */
  List<Near> nearest(float[] look, @Nullable String except, Instant now);

  /** As {@link #nearest}, but only among those who are ignored. */
  List<Near> nearestIgnored(float[] look, Instant now);

  /** Whose a kept look is now; null when it is not, or not yet, in the replica. */
  @Nullable Holder holder(String faceId);

  /**
   * Whether a visitor may keep another look: it has few, or the last one is old. So a visitor who
   * comes again and again is known for as long as that, and has a bounded number of looks.
   */
  boolean keepsMore(String visitorId, Instant now);

  /** A kept look as the value of a record of the visitors topic. */
  byte[] record(Kept kept);

  /** What a person answered to an unknown face. */
  enum Answer {
    /** Never to be alerted of, and nobody else. */
    ignored,
    /** No face: nobody at all. */
    discarded
  }

  /**
   * Whose a look is.
   *
   * @param visitorId an id that is derived from the track that founded the visitor
   * @param answer what was said of the visitor, or null
   * @param since when the track of the look began
   * @param expiry when the look ends to be used
   */
  record Holder(String visitorId, @Nullable Answer answer, Instant since, Instant expiry) {
    /** The older one stays when two are found to be one; the id decides between equals. */
    boolean before(Holder other) {
      int order = since.compareTo(other.since);
      return order < 0 || (order == 0 && visitorId.compareTo(other.visitorId) < 0);
    }

    boolean isSameAs(Holder other) {
      return visitorId.equals(other.visitorId) && answer == other.answer;
    }
  }

  /**
   * A visitor near a look.
   *
   * @param reference face id of the look that is near
   */
  record Near(Holder holder, String reference, double distance) {}

  /**
   * A look that a track keeps of its visitor.
   *
   * @param faceId of the track's best face: the key of the record
   * @param look mean descriptor of its best faces
   * @param source the track
   */
  record Kept(
      String faceId, Holder holder, String model, float[] look, double quality, String source) {
    Kept of(Holder other) {
      return new Kept(
          faceId,
          new Holder(other.visitorId(), other.answer(), holder.since(), holder.expiry()),
          model,
          look,
          quality,
          source);
    }
  }
}
