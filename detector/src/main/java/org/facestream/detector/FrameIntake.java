package org.facestream.detector;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.loop.DeadLetters;

/** Validates the frames of a batch, and divides the chosen ones into portions. */
final class FrameIntake {
  /**
   * Pixels of a portion, about eight pictures of 720p; the next portion is decoded at the same
   * time. A larger picture is a portion by itself: two of 8K need 200 MB.
   */
  private static final long MOST_PIXELS = 8_000_000;

  private final Duration maxAge;
  private final int most;
  private final FrameAges ages;

  /**
   * @param maxAge older frames are skipped
   * @param most frames in a portion
   * @param ages receives the age of each
   */
  FrameIntake(Duration maxAge, int most, FrameAges ages) {
    this.maxAge = maxAge;
    this.most = most;
    this.ages = ages;
  }

  /**
   * Well-formed frames that are young enough, in order.
   *
   * @param deadLetters receives malformed ones
   * @param meters counts well-formed ones
   */
  List<FairShare.Offer> offers(
      List<ConsumerRecord<String, byte[]>> batch,
      Instant now,
      DeadLetters deadLetters,
      DetectorMeters meters) {
    List<FairShare.Offer> offers = new ArrayList<>(batch.size());
    for (ConsumerRecord<String, byte[]> record : batch) {
      if (Recordings.isBoundary(record)) {
        continue;
      }
      try {
        Frame frame = FrameTopic.fromRecord(record);
        meters.took(frame);
        boolean replay = FrameTopic.isReplay(record);
        if (!replay) {
          ages.took(DetectorMeters.label(frame), frame.captureTime(), now);
        }
        if (!replay && frame.captureTime().isBefore(now.minus(maxAge))) {
          meters.dropped(frame, "too-old", 1);
        } else {
          offers.add(offer(new Source(record, frame)));
        }
      } catch (InvalidRecordException invalid) {
        deadLetters.reject(record, invalid.reason(), invalid.getMessage());
      } catch (UnreadablePictureException unreadable) {
        deadLetters.reject(record, unreadable.reason(), unreadable.getMessage());
      }
    }
    return offers;
  }

  private static FairShare.Offer offer(Source source) throws UnreadablePictureException {
    JpegHeader header = JpegHeader.read(source.frame().jpeg());
    long pixels = (long) header.width() * header.height();
    // A frame that claims to be larger is rejected before decoding.
    return new FairShare.Offer(source, pixels > Picture.MOST_FRAME_PIXELS ? 0 : pixels);
  }

  /** The frames in portions for decoding and detection. */
  List<List<Source>> portions(List<FairShare.Offer> frames) {
    List<List<Source>> portions = new ArrayList<>();
    long room = 0;
    for (FairShare.Offer frame : frames) {
      boolean full = portions.isEmpty() || portions.get(portions.size() - 1).size() == most;
      if (full || frame.pixels() > room) {
        portions.add(new ArrayList<>());
        room = MOST_PIXELS;
      }
      room -= frame.pixels();
      portions.get(portions.size() - 1).add(frame.source());
    }
    return portions;
  }
}
