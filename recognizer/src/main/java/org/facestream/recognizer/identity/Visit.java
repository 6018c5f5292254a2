package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a track knows of its visitor; a part of the state.
 *
 * @param looks its best faces until it is linked, the best first
 * @param holder the visitor; null before the track is linked, and after it was let go
 * @param through face id of the kept look that it was linked through: whose that is, is the track
 * @param confirmed whether that look was in the replica
 * @param own the look that this track keeps, or null
 * @param over whether its visitor is gone: it is not linked again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Visit(
    List<Look> looks,
    Visitors.@Nullable Holder holder,
    @Nullable String through,
    boolean confirmed,
    Visitors.@Nullable Kept own,
    boolean over) {
  static final Visit NONE = new Visit(List.of(), null, null, false, null, false);
  static final Visit OVER = new Visit(List.of(), null, null, false, null, true);

  /**
   * A face of good quality.
   *
   * @param at capture time in milliseconds since 1970: a face and its close-up are one
   */
  record Look(String faceId, long at, double quality, float[] descriptor) {}

  Visit {
    looks = looks == null ? List.of() : List.copyOf(looks);
  }

  Visit with(Look look) {
    List<Look> better = new ArrayList<>(looks);
    for (Look known : looks) {
      if (known.at() == look.at()) {
        if (known.quality() >= look.quality()) {
          return this;
        }
        better.remove(known);
      }
    }
    better.add(look);
    better.sort(Comparator.comparingDouble(Look::quality).reversed());
    return with(better.subList(0, Math.min(VisitorRules.FACES, better.size())));
  }

  Visit with(List<Look> others) {
    return new Visit(others, holder, through, confirmed, own, over);
  }

  Visit linked(Visitors.Holder to, String by, boolean known, Visitors.@Nullable Kept kept) {
    return new Visit(List.of(), to, by, known, kept, false);
  }

  /** Whether the visitor was founded by this track, and is not known to be another's. */
  @JsonIgnore
  boolean isFounder() {
    return own != null && own.faceId().equals(through);
  }

  /** Whether the look that it was linked through is another's now, or first seen there. */
  boolean isOther(Visitors.@Nullable Holder now) {
    return now == null ? confirmed : !confirmed || holder == null || !now.isSameAs(holder);
  }

  /** Null of nobody, and of what is no face. */
  @JsonIgnore
  @Nullable String visitorId() {
    return holder == null || holder.answer() == Visitors.Answer.discarded
        ? null
        : holder.visitorId();
  }

  @JsonIgnore
  boolean isIgnored() {
    return holder != null && holder.answer() == Visitors.Answer.ignored;
  }

  /** The mean of the faces, as long as they are: of means the mere mean would be nearer. */
  float[] look() {
    int length = looks.get(0).descriptor().length;
    double[] sum = new double[length];
    double lengths = 0;
    for (Look face : looks) {
      double square = 0;
      for (int i = 0; i < length; i++) {
        double value = face.descriptor()[i];
        sum[i] += value;
        square += value * value;
      }
      lengths += Math.sqrt(square);
    }
    double square = 0;
    for (double value : sum) {
      square += value * value;
    }
    double scale = square == 0 ? 1 : lengths / looks.size() / Math.sqrt(square);
    float[] mean = new float[length];
    for (int i = 0; i < length; i++) {
      mean[i] = (float) (sum[i] * scale);
    }
    return mean;
  }
}
