package org.facestream.detector;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.detector.FrameDecoder.Source;
import org.facestream.ingest.frame.Frame;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.frame.InvalidRecordException;
import org.facestream.ingest.frame.JpegHeader;
import org.facestream.ingest.frame.Picture;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.loop.DeadLetters;

/** Which frames of a batch a detector could take, and how it takes those that it chose. */
final class FrameIntake {
  /**
   * Pixels that are detected on at a time, about eight pictures of 720p, while the next so many are
   * being decoded. A picture that is larger goes alone: two of 8K take 200 MB.
   */
  private static final long MOST_PIXELS = 8_000_000;

  private final Duration maxAge;
  private final int most;
  private final FrameAges ages;

  /**
   * @param maxAge older frames are skipped
   * @param most frames that are detected on at a time
   * @param ages is told how old each is
   */
  FrameIntake(Duration maxAge, int most, FrameAges ages) {
    this.maxAge = maxAge;
    this.most = most;
    this.ages = ages;
  }

  /**
   * The frames that are well-formed and young enough, in their order.
   *
   * @param deadLetters takes the others that are not well-formed
   * @param meters is told of each that is
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
    // What claims to be larger is refused unseen, so it costs nothing.
    return new FairShare.Offer(source, pixels > Picture.MOST_FRAME_PIXELS ? 0 : pixels);
  }

  /** The frames in the portions in which they are decoded and detected on. */
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
