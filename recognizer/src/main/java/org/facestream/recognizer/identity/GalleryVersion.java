package org.facestream.recognizer.identity;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How much of the gallery topic somebody has read: an offset per partition, and which topic that
 * is. Versions are ordered only in part: one that is ahead in one partition and behind in another
 * knows neither more nor less. A topic that was deleted and created again has another id, and its
 * offsets are not comparable.
 *
 * @param topic the id that Kafka gave the topic; null for a {@linkplain #ofNumber number} of before
 *     there were vectors
 * @param offsets by partition, the offset that the next record to read will have
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GalleryVersion(@Nullable String topic, List<Long> offsets) {
  public GalleryVersion {
    offsets = offsets == null ? List.of() : List.copyOf(offsets);
  }

  /**
   * A version of older records, which have only a number.
   *
   * @param sum of the offsets
   */
  public static GalleryVersion ofNumber(long sum) {
    return new GalleryVersion(null, List.of(sum));
  }

  /**
   * A version from offsets by partition.
   *
   * @param topic its id, or null
   */
  public static GalleryVersion of(@Nullable String topic, Map<Integer, Long> offsets) {
    if (topic == null) {
      return ofNumber(offsets.values().stream().mapToLong(Long::longValue).sum());
    }
    int partitions = offsets.isEmpty() ? 0 : Collections.max(offsets.keySet()) + 1;
    List<Long> all = new ArrayList<>(Collections.nCopies(partitions, 0L));
    offsets.forEach(all::set);
    return new GalleryVersion(topic, all);
  }

  /** The sum of the offsets, the number that readers of events know. */
  public long sum() {
    return offsets.stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Whether everything that went into another version went into this one. Never, when they are of
   * two topics; by the sums, where one of them is only a number.
   */
  public boolean covers(GalleryVersion other) {
    if (topic == null || other.topic == null) {
      return sum() >= other.sum();
    }
    if (!topic.equals(other.topic)) {
      return false;
    }
    for (int partition = 0; partition < other.offsets.size(); partition++) {
      if (at(partition) < other.at(partition)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the record at an offset of a partition went into it. */
  public boolean hasRead(int partition, long offset) {
    return offset < at(partition);
  }

  /** Whether the other version is known to be of another topic of the same name. */
  public boolean ofAnotherTopic(GalleryVersion other) {
    return topic != null && other.topic != null && !topic.equals(other.topic);
  }

  /** The least version that covers both; of two topics the later one's. */
  static @Nullable GalleryVersion most(
      @Nullable GalleryVersion earlier, @Nullable GalleryVersion later) {
    if (earlier == null || later == null) {
      return later == null ? earlier : later;
    }
    return comparable(earlier, later) ? earlier.with(later, Math::max) : later;
  }

  /**
   * The greatest version that both cover; of two topics the earlier one's, and null where one of
   * them is not known.
   */
  static @Nullable GalleryVersion least(
      @Nullable GalleryVersion earlier, @Nullable GalleryVersion later) {
    if (earlier == null || later == null) {
      return null;
    }
    return comparable(earlier, later) ? earlier.with(later, Math::min) : earlier;
  }

  private static boolean comparable(GalleryVersion one, GalleryVersion other) {
    return one.topic != null && other.topic != null && !one.ofAnotherTopic(other);
  }

  private GalleryVersion with(GalleryVersion other, LongBinaryOperator choice) {
    List<Long> chosen = new ArrayList<>();
    for (int i = 0; i < Math.max(offsets.size(), other.offsets.size()); i++) {
      chosen.add(choice.applyAsLong(at(i), other.at(i)));
    }
    return new GalleryVersion(topic, chosen);
  }

  private long at(int partition) {
    return partition < offsets.size() ? offsets.get(partition) : 0;
  }
}
