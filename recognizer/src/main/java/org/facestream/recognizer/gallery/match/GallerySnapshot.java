package org.facestream.recognizer.gallery.match;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.jspecify.annotations.Nullable;

/**
 * The gallery at one moment. Never changes; any number of threads may match on it at once.
 *
 * <p>Matching is exact: every face is compared with every reference, block by block, so that a
 * block stays in the CPU's cache for all faces of the batch. For the nearest reference, a matrix
 * product computes each squared distance up to a known rounding error; if that is not sufficient to
 * decide, the exact sum of squared differences is computed.
 *
 * <p>A face that is nearer to a counter-example of a person than to the person does not count as
 * the person, who is then no candidate.
 */
public final class GallerySnapshot {
  /** How many more people are looked for, where some may not count. */
  private static final int MOST_SPARE = 3;

  private final DescriptorSpace space;
  private final ReferenceBlock.View[] blocks;
  private final Person[] persons;
  private final int slots;
  private final Size size;
  private final long firstExpiry;
  private final CounterExamples counterExamples;
  private final GalleryVersion version;

  /** How many references there are, and of how many people; no counter-examples. */
  record Size(int references, int people) {}

  GallerySnapshot(
      DescriptorSpace space,
      ReferenceBlock.View[] blocks,
      Person[] persons,
      int slots,
      Size size,
      long firstExpiry,
      CounterExamples counterExamples,
      GalleryVersion version) {
    this.space = space;
    this.blocks = blocks;
    this.persons = persons;
    this.slots = slots;
    this.size = size;
    this.firstExpiry = firstExpiry;
    this.counterExamples = counterExamples;
    this.version = version;
  }

  /** How many references there are, expired ones included. */
  public int references() {
    return size.references();
  }

  /** How many persons they belong to. */
  public int people() {
    return size.people();
  }

  /** What of the gallery topic went into it. */
  public GalleryVersion version() {
    return version;
  }

  /** Person ids by face id of the references that expired at an instant or before. */
  Map<String, String> expired(Instant until) {
    Map<String, String> expired = new HashMap<>();
    counterExamples.addExpired(expired, until.toEpochMilli());
    if (firstExpiry > until.toEpochMilli()) {
      return expired;
    }
    for (ReferenceBlock.View block : blocks) {
      for (int row = 0; row < block.rows(); row++) {
        int slot = block.persons()[row];
        if (slot != ReferenceBlock.NOBODY && block.expiries()[row] <= until.toEpochMilli()) {
          expired.put(block.faceIds()[row], persons[slot].id());
        }
      }
    }
    return expired;
  }

  /**
   * Compares faces with every reference that has not expired.
   *
   * @param descriptors one per face, of the gallery's space, not changed
   * @param most how many persons to name per face, at least 1
   * @param reduction from references to persons
   * @param now for expiry
   * @return per face the nearest persons, nearest first; fewer than {@code most} when there are not
   *     that many
   */
  public List<List<Match.Candidate>> match(
      float[][] descriptors, int most, Reduction reduction, Instant now) {
    return match(descriptors, most, reduction, now, null);
  }

  /**
   * As {@link #match(float[][], int, Reduction, Instant)}, but only with some persons.
   *
   * @param who tells them, the same ones whenever it is asked
   */
  public List<List<Match.Candidate>> match(
      float[][] descriptors,
      int most,
      Reduction reduction,
      Instant now,
      @Nullable Predicate<Person> who) {
    Rows rows = new Rows(who == null ? null : among(who), now.toEpochMilli());
    float[][] queries = new float[descriptors.length][];
    for (int face = 0; face < descriptors.length; face++) {
      queries[face] = space.prepare(descriptors[face]);
    }
    // A few more, in whose place others may come.
    int some = most + Math.min(MOST_SPARE, counterExamples.people());
    List<? extends PersonDistances> distances = distances(queries, some, reduction, rows);
    List<List<Match.Candidate>> results = new ArrayList<>(queries.length);
    for (int face = 0; face < queries.length; face++) {
      List<PersonDistances.Near> found = distances.get(face).nearest();
      List<PersonDistances.Near> count = counting(found, queries[face], rows);
      for (int more = some; count.size() < most && found.size() == more; ) {
        more *= 2;
        found = distances(new float[][] {queries[face]}, more, reduction, rows).get(0).nearest();
        count = counting(found, queries[face], rows);
      }
      results.add(count.stream().limit(most).map(this::candidate).toList());
    }
    return results;
  }

  private List<? extends PersonDistances> distances(
      float[][] queries, int most, Reduction reduction, Rows rows) {
    return reduction.nearest() == 1
        ? nearest(queries, most, rows)
        : means(queries, most, reduction, rows);
  }

  /** Those that have no counter-example which is nearer. */
  private List<PersonDistances.Near> counting(
      List<PersonDistances.Near> found, float[] query, Rows rows) {
    return counterExamples.people() == 0
        ? found
        : found.stream()
            .filter(near -> near.distance() <= denial(persons[near.slot()].id(), query, rows.now))
            .toList();
  }

  private float denial(String personId, float[] query, long now) {
    return space.distance(counterExamples.nearest(personId, query, now));
  }

  private Match.Candidate candidate(PersonDistances.Near near) {
    Person person = persons[near.slot()];
    return new Match.Candidate(
        person.id(), person.name(), near.distance(), near.faceId(), person.watchlist(), null);
  }

  /** The distance of a face to a person's nearest counter-example; infinite when there is none. */
  public float denial(String personId, float[] descriptor, Instant now) {
    return denial(personId, space.prepare(descriptor), now.toEpochMilli());
  }

  private List<NearestReference> nearest(float[][] queries, int most, Rows rows) {
    List<NearestReference> nearest = new ArrayList<>(queries.length);
    for (int face = 0; face < queries.length; face++) {
      nearest.add(new NearestReference(space, most));
    }
    if (queries.length == 0) {
      return nearest;
    }
    BlockProducts products = new BlockProducts(queries, space.length());
    for (ReferenceBlock.View block : blocks) {
      int[] who = rows.of(block);
      if (who == null) {
        continue;
      }
      products.multiply(block);
      for (int face = 0; face < queries.length; face++) {
        nearest.get(face).accept(queries[face], products.norm(face), products.of(face), who, block);
      }
    }
    return nearest;
  }

  private List<PersonDistances.OfEvery> means(
      float[][] queries, int most, Reduction reduction, Rows rows) {
    List<PersonDistances.OfEvery> means = new ArrayList<>(queries.length);
    for (int face = 0; face < queries.length; face++) {
      means.add(
          reduction.equals(Reduction.MEAN)
              ? new MeanDistance(space, slots, most)
              : new NearestMean(space, slots, reduction.nearest(), most));
    }
    float[] squares = new float[ReferenceBlock.ROWS];
    float[] columns = new float[space.length() * ReferenceBlock.ROWS];
    for (ReferenceBlock.View block : blocks) {
      int[] who = rows.of(block);
      if (who == null) {
        continue;
      }
      // On the heap, where the compiler makes vector instructions of the loops over it.
      block.columns().get(0, columns);
      for (int face = 0; face < queries.length; face++) {
        squaredDistances(queries[face], columns, squares, block.rows());
        means.get(face).accept(squares, who, block);
      }
    }
    return means;
  }

  /** Per slot whether the person is meant. */
  private boolean[] among(Predicate<Person> who) {
    // Slots without a row here may be given to somebody meanwhile; nobody asks for them.
    boolean[] among = new boolean[slots];
    for (int slot = 0; slot < slots; slot++) {
      among[slot] = persons[slot] != null && who.test(persons[slot]);
    }
    return among;
  }

  /** Which rows count: of whom, or of everyone with null, and at what time. */
  private final class Rows {
    private final boolean @Nullable [] among;
    private final long now;

    Rows(boolean @Nullable [] among, long now) {
      this.among = among;
      this.now = now;
    }

    /** Per row the person's slot, or {@link ReferenceBlock#NOBODY}; null where no row counts. */
    int @Nullable [] of(ReferenceBlock.View block) {
      if (among == null && firstExpiry > now) {
        return block.persons();
      }
      int[] counting = block.persons().clone();
      boolean any = false;
      for (int row = 0; row < block.rows(); row++) {
        int slot = counting[row];
        if (slot != ReferenceBlock.NOBODY
            && (block.expiries()[row] <= now || (among != null && !among[slot]))) {
          counting[row] = ReferenceBlock.NOBODY;
        }
        any |= counting[row] != ReferenceBlock.NOBODY;
      }
      return any ? counting : null;
    }
  }

  /** Four columns a pass, so that a sum is loaded and stored once for four squares. */
  static void squaredDistances(float[] query, float[] columns, float[] squares, int rows) {
    Arrays.fill(squares, 0, rows, 0);
    int d = 0;
    for (; d + 4 <= query.length; d += 4) {
      addFour(query, d, columns, squares, rows);
    }
    for (; d < query.length; d++) {
      float value = query[d];
      int column = d * ReferenceBlock.ROWS;
      for (int row = 0; row < rows; row++) {
        float difference = value - columns[column + row];
        squares[row] += difference * difference;
      }
    }
  }

  private static void addFour(float[] query, int d, float[] columns, float[] squares, int rows) {
    float value0 = query[d];
    float value1 = query[d + 1];
    float value2 = query[d + 2];
    float value3 = query[d + 3];
    int column0 = d * ReferenceBlock.ROWS;
    int column1 = column0 + ReferenceBlock.ROWS;
    int column2 = column1 + ReferenceBlock.ROWS;
    int column3 = column2 + ReferenceBlock.ROWS;
    for (int row = 0; row < rows; row++) {
      float difference0 = value0 - columns[column0 + row];
      float difference1 = value1 - columns[column1 + row];
      float difference2 = value2 - columns[column2 + row];
      float difference3 = value3 - columns[column3 + row];
      squares[row] +=
          (difference0 * difference0 + difference1 * difference1)
              + (difference2 * difference2 + difference3 * difference3);
    }
  }
}
