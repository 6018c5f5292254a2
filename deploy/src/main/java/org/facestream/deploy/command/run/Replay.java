package org.facestream.deploy.command.run;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.facestream.deploy.allinone.AllInOne;
import org.facestream.detector.face.FaceTopic;
import org.facestream.ingest.frame.FrameTopic;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.CameraRegistry;
import org.facestream.ingest.registry.CameraReport;
import org.facestream.ingest.registry.CameraState;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.ingest.worker.kafka.TopicLog;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityTopic;
import org.facestream.recognizer.identity.MatchTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects the end of a replay: all files and folders are read, every stage has processed the output
 * of the one before, every track has ended, and every event is stored. One thread asks; another
 * delivers events.
 */
public final class Replay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Replay.class);

  /** A file that failed so often will not be read. */
  private static final int ATTEMPTS = 3;

  private final Instant begun = Instant.now();
  private final CameraRegistry registry;
  private final CameraStates states;
  private final Closing closing = new Closing();
  private final Backlog backlog;
  private final TopicLog matches;

  /** What the recognizer published matches of, since this was made. */
  private final Set<String> tracks = new HashSet<>();

  /** By track the person's id, or null for nobody; of tracks that have ended. */
  private final Map<String, String> ended = new HashMap<>();

  private List<Camera> read = List.of();
  private Set<String> unread = Set.of();

  /**
   * Before the stages start.
   *
   * @param everything stays its owner's
   */
  public Replay(AllInOne everything) {
    this.registry = new CameraRegistry(everything.clients());
    this.states = new CameraStates(everything.worker().telemetry());
    Topics.ensure(
        everything.clients(),
        List.of(FrameTopic.TOPIC, FaceTopic.TOPIC, MatchTopic.TOPIC, IdentityTopic.TOPIC));
    try {
      this.backlog = closing.add(new Backlog(everything.clients()));
      this.matches = closing.add(TopicLog.fromEnd(everything.clients(), MatchTopic.TOPIC));
    } catch (RuntimeException failed) {
      closing.close();
      throw failed;
    }
  }

  /** Takes every event, in the order of each track. */
  public void saw(IdentityEvent event) {
    synchronized (ended) {
      if (event.type() == IdentityEvent.Type.ended) {
        ended.put(event.track(), event.personId());
      } else {
        ended.remove(event.track());
      }
    }
  }

  /** Whether all is done; false for ever while there is a live camera. Takes up to a second. */
  public boolean over() {
    if (states.busy()) {
      return false;
    }
    try {
      // In the order of the data, so that an empty topic stays empty.
      return sourcesEnded()
          && backlog.isEmpty(FrameTopic.TOPIC, "detector")
          && backlog.isEmpty(FaceTopic.TOPIC, "recognizer")
          && backlog.isEmpty(MatchTopic.TOPIC, "identity")
          && tracksEnded()
          && backlog.isEmpty(IdentityTopic.TOPIC, "sink");
    } catch (KafkaException | UserError away) {
      log.warn("cannot check now whether the replay is over: {}", away.getMessage());
      return false;
    }
  }

  private boolean sourcesEnded() {
    List<Camera> cameras = registry.list().stream().filter(Camera::enabled).toList();
    if (cameras.isEmpty() || cameras.stream().anyMatch(Replay::isLive)) {
      return false;
    }
    Map<String, CameraReport> reports = registry.reports();
    Set<String> failed = new TreeSet<>();
    for (Camera camera : cameras) {
      CameraReport report = reports.get(camera.id());
      if (report == null || report.at().isBefore(begun)) {
        return false;
      }
      if (report.state() == CameraState.BACKOFF && states.failures(camera.id()) >= ATTEMPTS) {
        failed.add("%s (%s)".formatted(camera.id(), report.reason()));
      } else if (report.state() != CameraState.OFF || !"ended".equals(report.reason())) {
        return false;
      }
    }
    read = cameras;
    unread = failed;
    return true;
  }

  /** Whether a camera never ends; others than files and folders have a scheme. */
  public static boolean isLive(Camera camera) {
    return camera.url().contains("://");
  }

  private boolean tracksEnded() {
    matches.readToEnd(this::match);
    synchronized (ended) {
      return ended.keySet().containsAll(tracks);
    }
  }

  private void match(ConsumerRecord<String, byte[]> record) {
    try {
      tracks.add(MatchTopic.read(record.key(), record.value()).track());
    } catch (InvalidRecordException foreign) {
      log.debug("a match cannot be read", foreign);
    }
  }

  /** What was done, one line. */
  public String summary() {
    double frames = read.stream().mapToDouble(camera -> states.frames(camera.id())).sum();
    Set<String> people;
    int all;
    synchronized (ended) {
      all = ended.size();
      people = ended.values().stream().filter(person -> person != null).collect(Collectors.toSet());
    }
    return String.format(
        Locale.ROOT,
        "Everything is read and stored: %s, %.0f frames, %s, of %s who %s enrolled.",
        counted(read.size() - unread.size(), "file or folder", "files or folders"),
        frames,
        counted(all, "track", "tracks"),
        counted(people.size(), "person", "people"),
        people.size() == 1 ? "is" : "are");
  }

  private static String counted(int number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }

  /** Cameras that could not be read, each with why. */
  public Set<String> unread() {
    return unread;
  }

  @Override
  public void close() {
    closing.close();
  }
}
