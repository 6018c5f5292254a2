package org.facestream.recognizer.gallery.match;

import io.micrometer.core.instrument.Gauge;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.recognizer.gallery.contract.GalleryTopic;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.facestream.recognizer.identity.VisitorRules;
import org.facestream.recognizer.identity.Visitors;
import org.jspecify.annotations.Nullable;

/**
 * The visitors in this process: a {@linkplain GalleryReplica replica} of the visitors topic, with
 * whose each look is. One thread changes it, every thread may read.
 */
public final class VisitorReplica implements Visitors {
  private static final byte[] NO_PICTURE = {};

  private final VisitorRules rules;
  private final GalleryReplica replica;
  private final Map<String, Holder> holders = new ConcurrentHashMap<>();

  /** By visitor, when each look began, by face id. */
  private final Map<String, Map<String, Instant>> looks = new ConcurrentHashMap<>();

  /** Visitors that are ignored, by face id of the look that says so. */
  private final Map<String, String> ignored = new ConcurrentHashMap<>();

  public VisitorReplica(DescriptorSpace space, VisitorRules rules, Telemetry telemetry) {
    this.rules = rules;
    this.replica = new GalleryReplica(space, telemetry, "visitors", new Holders());
    Gauge.builder("facestream.visitors.known", this, visitors -> visitors.looks.size())
        .description("Visitors in this worker's replica")
        .register(telemetry.registry());
    Gauge.builder("facestream.visitors.looks", this, visitors -> visitors.holders.size())
        .description("Looks of visitors in this worker's replica")
        .register(telemetry.registry());
  }

  /** The store that is read from the topic. */
  public GalleryReplica replica() {
    return replica;
  }

  @Override
  public VisitorRules rules() {
    return rules;
  }

  @Override
  public GalleryVersion version() {
    return replica.version();
  }

  @Override
  public List<Near> nearest(float[] look, @Nullable String except, Instant now) {
    return search(look, except == null ? null : person -> !person.id().equals(except), now);
  }

  @Override
  public List<Near> nearestIgnored(float[] look, Instant now) {
    return ignored.isEmpty()
        ? List.of()
        : search(look, person -> Answer.ignored.name().equals(person.watchlist()), now);
  }

  private List<Near> search(float[] look, @Nullable Predicate<Person> who, Instant now) {
    List<Near> near = new ArrayList<>();
    for (Match.Candidate candidate :
        replica.snapshot().match(new float[][] {look}, 2, Reduction.MINIMUM, now, who).get(0)) {
      Holder holder = holders.get(candidate.reference());
      // Else it was erased a moment ago.
      if (holder != null) {
        near.add(new Near(holder, candidate.reference(), candidate.distance()));
      }
    }
    return near;
  }

  @Override
  public @Nullable Holder holder(String faceId) {
    return holders.get(faceId);
  }

  @Override
  public boolean keepsMore(String visitorId, Instant now) {
    Map<String, Instant> kept = looks.getOrDefault(visitorId, Map.of());
    Instant old = now.minus(rules.between());
    return kept.size() < VisitorRules.LOOKS || kept.values().stream().noneMatch(old::isBefore);
  }

  @Override
  public byte[] record(Kept kept) {
    Holder holder = kept.holder();
    Reference reference =
        ReferenceBuilder.builder()
            .faceId(kept.faceId())
            .personId(holder.visitorId())
            .name(holder.visitorId())
            .model(kept.model())
            .descriptor(kept.look())
            .thumbnail(NO_PICTURE)
            .quality((float) kept.quality())
            .expiry(holder.expiry())
            .source(kept.source())
            .enrolledAt(holder.since())
            .watchlist(holder.answer() == null ? null : holder.answer().name())
            .build();
    return GalleryTopic.toRecord("visitors", reference).value();
  }

  /** What an answer in a record means; one that is not known is none. */
  private static @Nullable Answer answer(@Nullable String watchlist) {
    for (Answer answer : Answer.values()) {
      if (answer.name().equals(watchlist)) {
        return answer;
      }
    }
    return null;
  }

  private final class Holders implements ReplicaFollower {
    @Override
    public void put(Reference reference) {
      Instant expiry = reference.expiry();
      Holder holder =
          new Holder(
              reference.personId(),
              answer(reference.watchlist()),
              reference.enrolledAt(),
              expiry == null ? reference.enrolledAt().plus(rules.retention()) : expiry);
      String faceId = reference.faceId();
      looks
          .computeIfAbsent(holder.visitorId(), id -> new ConcurrentHashMap<>())
          .put(faceId, holder.since());
      if (holder.answer() == Answer.ignored) {
        ignored.put(faceId, holder.visitorId());
      } else {
        ignored.remove(faceId);
      }
      // At no moment nobody's.
      Holder former = holders.put(faceId, holder);
      if (former != null && !former.visitorId().equals(holder.visitorId())) {
        leave(former, faceId);
      }
    }

    @Override
    public void removed(String faceId) {
      Holder former = holders.remove(faceId);
      ignored.remove(faceId);
      if (former != null) {
        leave(former, faceId);
      }
    }

    private void leave(Holder former, String faceId) {
      looks.computeIfPresent(
          former.visitorId(),
          (id, kept) -> {
            kept.remove(faceId);
            return kept.isEmpty() ? null : kept;
          });
    }

    @Override
    public void cleared() {
      holders.clear();
      looks.clear();
      ignored.clear();
    }
  }
}
