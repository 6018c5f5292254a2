package org.facestream.recognizer.gallery.enrol;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.detector.face.Face;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.jspecify.annotations.Nullable;

/**
 * The faces that the cameras saw in the last hours, in the faces topic. The ids of faces and tracks
 * tell the camera and when its source was opened, so that only that camera's partition is read, and
 * only from then on; one face is in memory at a time, beside the best one so far.
 */
public final class StoredFaces {
  /** As {@code org.facestream.detector.track.FrameId} makes them. */
  private static final Pattern ID = Pattern.compile("(.+)-([0-9a-z]{1,13})-\\d+-\\d+");

  private static final int RADIX = 36;

  /** A camera's clock, by which frames may be dated, is that far behind at most. */
  private static final Duration CLOCKS = Duration.ofMinutes(10);

  private final KafkaClients clients;

  public StoredFaces(KafkaClients clients) {
    this.clients = clients;
  }

  /**
   * The face of an id, such as an identity event's {@code bestFace}.
   *
   * @throws UserError when it is not, or no longer, in the topic
   */
  public Face face(String id) {
    return best(id, face -> face.id().equals(id))
        .orElseThrow(
            () ->
                gone(
                    "The face '%s' is not in Kafka".formatted(PersonName.shown(id)),
                    "`bestFace` of a newer event"));
  }

  /**
   * The best face of a track, by quality.
   *
   * @throws UserError when none of it is in the topic, or no longer
   */
  public Face bestOfTrack(String track) {
    return best(track, face -> face.track().equals(track))
        .orElseThrow(
            () ->
                gone(
                    "There is no face of the track '%s' in Kafka"
                        .formatted(PersonName.shown(track)),
                    "a newer track"));
  }

  private static UserError gone(String what, String instead) {
    return new UserError(
        what
            + ": it does not exist or has expired (faces are kept for hours). Use "
            + instead
            + ", or enrol a picture.");
  }

  private Optional<Face> best(String id, Predicate<Face> wanted) {
    Matcher parts = ID.matcher(id);
    if (!parts.matches()) {
      throw new UserError(
          "'%s' is not the id of a face or a track, such as gate-mf9zk2c8-17-0."
              .formatted(PersonName.shown(id)));
    }
    Topics.ensure(clients, List.of(FaceTopic.TOPIC));
    Best best = new Best(wanted);
    try (TopicLog reader = new TopicLog(clients, FaceTopic.TOPIC)) {
      reader.onlyPartitionsOf(List.of(parts.group(1)));
      reader.seek(begin(parts.group(2)));
      reader.readToEnd(best::look);
    } catch (KafkaException failed) {
      throw new UserError(
          "The faces cannot be read from Kafka (%s). Start Kafka, or set kafka.bootstrap-servers."
              .formatted(failed.getMessage()),
          failed);
    }
    return Optional.ofNullable(best.face);
  }

  /** A time before the first face of a source that was opened then. */
  private static Instant begin(String epoch) {
    try {
      long millis = Long.parseLong(epoch, RADIX) - CLOCKS.toMillis();
      return Instant.ofEpochMilli(Math.max(0, millis));
    } catch (NumberFormatException tooLarge) {
      return Instant.EPOCH;
    }
  }

  /** The best so far of those that are looked for. */
  private static final class Best {
    private final Predicate<Face> wanted;
    private @Nullable Face face;

    Best(Predicate<Face> wanted) {
      this.wanted = wanted;
    }

    void look(ConsumerRecord<String, byte[]> record) {
      try {
        Face read = FaceTopic.fromRecord(record);
        if (wanted.test(read)
            && (face == null || read.quality().overall() > face.quality().overall())) {
          face = read;
        }
      } catch (InvalidRecordException unusable) {
        // Not what is looked for, whatever it is.
      }
    }
  }
}
