package org.facestream.deploy.lab.bench.gallery;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.Topics;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.match.GalleryReplica;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.identity.Match;

/**
 * {@code facestream bench gallery}: how fast galleries of some sizes are read and matched. Each is
 * written to a real broker and read by a replica like that of a recognizer.
 *
 * @param sizes references of each gallery, ascending
 * @param length values of a descriptor
 * @param perPerson references of each person
 * @param batches faces that are matched together
 * @param thumbnail bytes of each reference's picture, which a replica reads and does not keep
 * @param folder for the broker's data; emptied by nobody
 */
public record GalleryBench(
    List<Integer> sizes,
    int length,
    int perPerson,
    List<Integer> batches,
    int thumbnail,
    Path folder) {
  private static final int NAMED = 2;
  private static final long LEAST_NANOS = 1_000_000_000L;
  private static final int LEAST_RUNS = 5;

  public GalleryBench {
    if (sizes.isEmpty() || sizes.stream().anyMatch(size -> size < 1 || size > 5_000_000)) {
      throw new UserError("--references must be 1 to 5000000.");
    }
    if (length < 1 || length > 4096) {
      throw new UserError("--length must be 1 to 4096.");
    }
    if (perPerson < 1) {
      throw new UserError("--per-person must be 1 or more.");
    }
    if (thumbnail < 0 || thumbnail > 500_000) {
      throw new UserError("--thumbnail must be 0 to 500000 bytes.");
    }
    if (batches.isEmpty() || batches.stream().anyMatch(batch -> batch < 1 || batch > 1024)) {
      throw new UserError("--batch must be 1 to 1024.");
    }
    sizes = sizes.stream().sorted().toList();
    batches = List.copyOf(batches);
  }

  /**
   * What one size gave.
   *
   * @param references in the gallery
   * @param length values of a descriptor
   * @param thumbnail bytes of each reference's picture
   * @param start seconds from the start of a replica until it may be used
   * @param bytes of memory per reference, heap and native
   * @param live milliseconds from sending a new reference until it is matched
   * @param perFace milliseconds per face, by the number of faces that are matched together
   * @param exact whether a sample equals what a plain loop finds
   */
  public record Result(
      int references,
      int length,
      @JsonProperty("thumbnail_bytes") int thumbnail,
      @JsonProperty("start_s") double start,
      @JsonProperty("bytes_per_reference") double bytes,
      @JsonProperty("new_reference_ms") double live,
      @JsonProperty("ms_per_face") Map<Integer, Double> perFace,
      boolean exact) {}

  /**
   * Runs it.
   *
   * @param each receives each result immediately
   */
  public List<Result> run(Consumer<Result> each) throws InterruptedException {
    SyntheticGallery synthetic = new SyntheticGallery(length, perPerson, thumbnail);
    List<Result> results = new ArrayList<>();
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      KafkaClients clients = KafkaClients.of(kafka.bootstrapServers(), Map.of());
      Topics.ensure(clients, List.of(GalleryTopic.TOPIC));
      int written = 0;
      for (int size : sizes) {
        write(clients, synthetic, written, size);
        written = size;
        Result result = measure(clients, synthetic, size);
        results.add(result);
        each.accept(result);
      }
    }
    return results;
  }

  private static void write(KafkaClients clients, SyntheticGallery synthetic, int from, int to) {
    String topic = clients.name(GalleryTopic.TOPIC);
    try (Producer<String, byte[]> producer =
        clients.producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 20))) {
      for (int number = from; number < to; number++) {
        producer.send(GalleryTopic.toRecord(topic, synthetic.reference(number)));
      }
      producer.flush();
    }
  }

  private Result measure(KafkaClients clients, SyntheticGallery synthetic, int size)
      throws InterruptedException {
    long before = usedBytes();
    try (Telemetry telemetry = new Telemetry()) {
      GalleryReplica replica = new GalleryReplica(synthetic.space(), telemetry);
      Topology topology = replica.addTo(new Topology(), clients.name(GalleryTopic.TOPIC));
      Properties settings = new Properties();
      settings.putAll(clients.shared());
      settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench-" + size);
      settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("streams-" + size).toString());
      long start = System.nanoTime();
      try (KafkaStreams streams = new KafkaStreams(topology, settings)) {
        streams.setGlobalStateRestoreListener(replica);
        streams.start();
        while (replica.snapshot().references() < size) {
          Thread.sleep(10);
        }
        double started = (System.nanoTime() - start) / 1e9;
        double bytes = (usedBytes() - before) / (double) size;
        Map<Integer, Double> perFace = new HashMap<>();
        for (int batch : batches) {
          perFace.put(batch, match(replica.snapshot(), synthetic, batch));
        }
        boolean exact = exact(replica.snapshot(), synthetic, size);
        double live = addOne(clients, replica, synthetic, size);
        return new Result(size, length, thumbnail, started, bytes, live, perFace, exact);
      }
    }
  }

  /** The median of runs over new faces each time, per face. */
  private static double match(GallerySnapshot gallery, SyntheticGallery synthetic, int batch) {
    List<Long> times = new ArrayList<>();
    long all = 0;
    for (int run = 0; run < LEAST_RUNS || (all < LEAST_NANOS && run < 1000); run++) {
      float[][] faces = synthetic.faces(batch, run);
      long start = System.nanoTime();
      gallery.match(faces, NAMED, Reduction.MINIMUM, Instant.EPOCH);
      long took = System.nanoTime() - start;
      all += took;
      times.add(took);
    }
    times.sort(null);
    return times.get(times.size() / 2) / 1e6 / batch;
  }

  private static boolean exact(GallerySnapshot gallery, SyntheticGallery synthetic, int size) {
    float[][] faces = synthetic.faces(4, 0);
    List<List<Match.Candidate>> found =
        gallery.match(faces, NAMED, Reduction.MINIMUM, Instant.EPOCH);
    for (int face = 0; face < faces.length; face++) {
      double[] nearest = synthetic.distances(faces[face], size);
      for (int place = 0; place < found.get(face).size(); place++) {
        if (Math.abs(found.get(face).get(place).distance() - nearest[place]) > 1e-5) {
          return false;
        }
      }
    }
    return true;
  }

  private static double addOne(
      KafkaClients clients, GalleryReplica replica, SyntheticGallery synthetic, int size)
      throws InterruptedException {
    long start;
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.partitionsFor(clients.name(GalleryTopic.TOPIC));
      start = System.nanoTime();
      producer.send(
          GalleryTopic.toRecord(clients.name(GalleryTopic.TOPIC), synthetic.reference(size)));
      producer.flush();
      float[][] face = {synthetic.descriptor(size)};
      while (true) {
        List<Match.Candidate> nearest =
            replica.snapshot().match(face, 1, Reduction.MINIMUM, Instant.EPOCH).get(0);
        if (!nearest.isEmpty() && nearest.get(0).distance() < 1e-3) {
          break;
        }
        Thread.sleep(1);
      }
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private static long usedBytes() throws InterruptedException {
    // Twice, with time for what is freed by the first.
    for (int i = 0; i < 2; i++) {
      System.gc();
      Thread.sleep(Duration.ofMillis(100).toMillis());
    }
    Runtime runtime = Runtime.getRuntime();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return runtime.totalMemory() - runtime.freeMemory() + direct;
  }

  /** The head of the table for a person. */
  public String head() {
    return "references  values    thumbnail  start    memory      new one  "
        + batches.stream()
            .map(batch -> String.format(Locale.ROOT, "%12s", "batch " + batch))
            .collect(Collectors.joining())
        + "  exact";
  }

  /** A line of the table for a person. */
  public String line(Result result) {
    return String.format(
            Locale.ROOT,
            "%10d  %6d  %5d bytes  %5.1f s  %5.0f bytes  %4.0f ms  ",
            result.references(),
            result.length(),
            result.thumbnail(),
            result.start(),
            result.bytes(),
            result.live())
        + batches.stream()
            .map(batch -> String.format(Locale.ROOT, "%9.3f ms", result.perFace().get(batch)))
            .collect(Collectors.joining())
        + (result.exact() ? "  yes" : "  NO");
  }

  /** For a program: one line. */
  public String json(List<Result> results) {
    return Json.text(results);
  }
}
