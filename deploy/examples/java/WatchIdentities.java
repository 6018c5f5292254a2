import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Says who came before which camera, in which zones, and who left; alerts when somebody is on a watchlist. */
public final class WatchIdentities {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_TRACKS = 10_000;

  /** What is known of a track: its highest revision, and what was said of it last. */
  private record Track(int revision, String said) {}

  /** The tracks of the last while: a track may go on after its end, but not for ever. */
  private final Map<String, Track> tracks = new LinkedHashMap<>();

  public static void main(String[] arguments) throws IOException {
    List<String> given = List.of(arguments);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", given.isEmpty() ? "127.0.0.1:19092" : given.get(0),
            "group.id", "watch-identities-java",
            // Without it, events would be seen of transactions that a killed worker left behind.
            "isolation.level", "read_committed",
            "auto.offset.reset", given.contains("--from-beginning") ? "earliest" : "latest",
            // Offsets are committed when the events have had their effect: each has it at least once.
            "enable.auto.commit", false);
    WatchIdentities watch = new WatchIdentities();
    Thread main = Thread.currentThread();
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, main), "stop"));
      consumer.subscribe(List.of("cctv.identities.v1"));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          watch.take(JSON.readTree(record.value()));
        }
        consumer.commitSync();
      }
    } catch (WakeupException stopped) {
      // Somebody pressed Ctrl-C, or sent a SIGTERM.
    }
  }

  private static void stop(KafkaConsumer<?, ?> consumer, Thread main) {
    consumer.wakeup();
    try {
      main.join(5_000);
    } catch (InterruptedException inAHurry) {
      Thread.currentThread().interrupt();
    }
  }

  /** In which of the camera's zones the person has been so far; mostly nothing. */
  private static String zones(JsonNode event) {
    List<String> zones = new ArrayList<>();
    event.path("zones").forEach(zone -> zones.add(zone.asText()));
    return zones.isEmpty() ? "" : ", in " + String.join(" and ", zones);
  }

  private void take(JsonNode event) {
    Track before = tracks.getOrDefault(event.get("track").asText(), new Track(0, ""));
    int revision = event.get("revision").asInt();
    if (revision <= before.revision()) {
      return; // Known already: the highest revision of a track counts.
    }
    String who = event.get("personId").isNull() ? "somebody unknown" : event.get("name").asText();
    String watchlist = event.path("watchlist").textValue();
    String said = watchlist == null ? who : "ALERT, " + who + " of the watchlist " + watchlist;
    said += zones(event);
    if (event.get("type").asText().equals("ended")) {
      Instant first = Instant.parse(event.get("firstSeen").asText());
      Instant last = Instant.parse(event.get("lastSeen").asText());
      said = who + " left after " + Duration.between(first, last).toSeconds() + " s";
    }
    if (!said.equals(before.said())) { // An `updated` may only say that it is surer.
      System.out.println(event.get("camera").asText() + ": " + said);
    }
    tracks.put(event.get("track").asText(), new Track(revision, said));
    if (tracks.size() > MOST_TRACKS) {
      tracks.remove(tracks.keySet().iterator().next());
    }
  }
}
