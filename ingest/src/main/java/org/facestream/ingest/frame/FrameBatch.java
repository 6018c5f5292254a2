package org.facestream.ingest.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A batch of the frames topic, divided into its two kinds of records, so that a reader of frames
 * sees only frames. Each list keeps the order of the topic.
 *
 * @param frames frames and boundaries, see {@link FrameTopic} and {@link Recording}
 * @param closeUps larger pictures of faces, see {@link CloseUpTopic}
 */
public record FrameBatch(
    List<ConsumerRecord<String, byte[]>> frames, List<ConsumerRecord<String, byte[]>> closeUps) {

  /** Divides records by their headers; it parses none. */
  public static FrameBatch of(List<ConsumerRecord<String, byte[]>> batch) {
    List<ConsumerRecord<String, byte[]>> frames = new ArrayList<>(batch.size());
    List<ConsumerRecord<String, byte[]>> closeUps = new ArrayList<>();
    batch.forEach(each -> (CloseUpTopic.isCloseUp(each) ? closeUps : frames).add(each));
    return new FrameBatch(frames, closeUps);
  }
}
