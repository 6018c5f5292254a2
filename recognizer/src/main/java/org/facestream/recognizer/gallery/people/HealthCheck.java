package org.facestream.recognizer.gallery.people;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.ReferenceMatrix;
import org.facestream.recognizer.gallery.people.GalleryHealth.Doubt;
import org.facestream.recognizer.gallery.people.GalleryHealth.Finding;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.jspecify.annotations.Nullable;

/**
 * Looks for doubtful references. First for those that resemble another person more than their own,
 * the clearest first, each without those that were found before: a wrong picture must not make
 * right ones of the person whom it shows doubtful. Then for those that do not resemble the others
 * of their person, and at last, among what is left, for those that add nothing.
 */
public final class HealthCheck {
  private static final int AT_ONCE = 64;

  private final Likeness likeness;
  private final HealthRules rules;
  private final Instant now;
  private final ReferenceMatrix matrix;

  /** In use and not doubtful so far, by person and face. */
  private final Map<String, Map<String, Reference>> left = new TreeMap<>();

  private final Map<String, List<Reference>> everything = new TreeMap<>();
  private final Map<String, List<Finding>> findings = new HashMap<>();

  /** The nearest other person of each that is left, by face. */
  private final Map<String, Match.Candidate> others = new HashMap<>();

  private final Set<String> divided = new HashSet<>();
  private int ofOtherModels;

  private HealthCheck(DescriptorModel model, HealthRules rules, Instant now) {
    this.rules = rules;
    this.likeness = new Likeness(model.metric(), rules.unlike());
    this.now = now;
    this.matrix = new ReferenceMatrix(DescriptorSpace.of(model));
  }

  /**
   * Checks references.
   *
   * @param references of any models, with descriptors; those that expired are left out
   * @param model whose references are checked
   */
  public static GalleryHealth of(
      Collection<Reference> references, DescriptorModel model, HealthRules rules, Instant now) {
    HealthCheck check = new HealthCheck(model, rules, now);
    references.forEach(reference -> check.add(reference, model));
    check.findOthers();
    check.left.keySet().forEach(check::findUnlike);
    check.left.keySet().forEach(check::findNeedless);
    return check.result();
  }

  private void add(Reference reference, DescriptorModel model) {
    if (reference.expiry() != null && !reference.expiry().isAfter(now)) {
      return;
    }
    if (!reference.model().equals(model.name())
        || reference.descriptor().length != model.length()) {
      ofOtherModels++;
      return;
    }
    String person = reference.personId();
    everything.computeIfAbsent(person, id -> new ArrayList<>()).add(reference);
    if (!reference.setAside()) {
      left.computeIfAbsent(person, id -> new LinkedHashMap<>()).put(reference.faceId(), reference);
      matrix.put(reference);
    }
  }

  /** A reference that resembles another person more than its own, and by how much. */
  private record Suspect(Reference reference, float own, Match.Candidate other) {
    boolean clearerThan(@Nullable Suspect than) {
      return than == null
          || compareTo(than) > 0
          || (compareTo(than) == 0 && reference.faceId().compareTo(than.reference().faceId()) > 0);
    }

    private int compareTo(Suspect than) {
      return Float.compare(own - other.distance(), than.own - than.other.distance());
    }
  }

  private void findOthers() {
    List<Reference> changed = all();
    Set<String> found;
    do {
      search(changed);
      Map<String, Suspect> suspects = new LinkedHashMap<>();
      left.values().forEach(own -> suspects(own).forEach(one -> suspects.put(id(one), one)));
      found = new LinkedHashSet<>();
      for (Suspect one : suspects.values()) {
        if (one.clearerThan(suspects.get(one.other().reference()))) {
          found.add(id(one));
          doubt(one.reference(), Doubt.OTHER, one.own());
        }
      }
      changed = nearTo(found);
    } while (!found.isEmpty());
  }

  /** Those of which the nearest reference of another person is one of these. */
  private List<Reference> nearTo(Set<String> found) {
    return all().stream()
        .filter(
            each -> {
              Match.Candidate other = others.get(each.faceId());
              return other != null && found.contains(other.reference());
            })
        .toList();
  }

  private static String id(Suspect suspect) {
    return suspect.reference().faceId();
  }

  private List<Reference> all() {
    return left.values().stream().flatMap(own -> own.values().stream()).toList();
  }

  private List<Suspect> suspects(Map<String, Reference> own) {
    List<Suspect> suspects = new ArrayList<>();
    List<List<Reference>> groups = likeness.groups(own.values());
    for (List<Reference> group : groups) {
      for (Reference one : group) {
        Match.Candidate other = others.get(one.faceId());
        if (other == null || other.distance() >= rules.other() || kept(one)) {
          continue;
        }
        // Two wrong pictures of one person resemble each other: those apart from them count.
        float distance =
            groups.size() == 1
                ? likeness.nearest(one, group)
                : (float)
                    groups.stream()
                        .filter(each -> each != group)
                        .mapToDouble(each -> likeness.nearest(one, each))
                        .min()
                        .orElseThrow();
        if (other.distance() < distance) {
          suspects.add(new Suspect(one, distance, other));
        }
      }
    }
    return suspects;
  }

  /** The nearest other person of each. */
  private void search(List<Reference> references) {
    GallerySnapshot gallery = matrix.publish(GalleryVersion.ofNumber(0));
    for (int from = 0; from < references.size(); from += AT_ONCE) {
      List<Reference> some = references.subList(from, Math.min(references.size(), from + AT_ONCE));
      float[][] descriptors = some.stream().map(Reference::descriptor).toArray(float[][]::new);
      List<List<Match.Candidate>> found = gallery.match(descriptors, 2, Reduction.MINIMUM, now);
      for (int i = 0; i < some.size(); i++) {
        Reference one = some.get(i);
        others.remove(one.faceId());
        found.get(i).stream()
            .filter(candidate -> !candidate.personId().equals(one.personId()))
            .findFirst()
            .ifPresent(other -> others.put(one.faceId(), other));
      }
    }
  }

  private void findUnlike(String person) {
    List<List<Reference>> groups = likeness.groups(left(person));
    if (groups.size() < 2) {
      return;
    }
    int largest = groups.stream().mapToInt(List::size).max().orElseThrow();
    boolean anyKept = groups.stream().anyMatch(HealthCheck::hasKept);
    boolean decided =
        anyKept || groups.stream().filter(group -> group.size() == largest).count() == 1;
    List<Reference> unlike = new ArrayList<>();
    for (List<Reference> group : groups) {
      if (!hasKept(group) && (anyKept || group.size() < largest)) {
        unlike.addAll(group);
      } else if (!decided) {
        group.forEach(each -> find(each, Doubt.DIVIDED, likeness.nearest(each, left(person))));
      }
    }
    unlike.forEach(this::remove);
    unlike.forEach(each -> find(each, Doubt.UNLIKE, likeness.nearest(each, left(person))));
    if (!decided) {
      divided.add(person);
    }
  }

  /** What is nearly the same as another, or too many; the best and the most different stay. */
  private void findNeedless(String person) {
    if (divided.contains(person)) {
      return;
    }
    List<Reference> own = new ArrayList<>(left(person));
    own.sort(Comparator.comparing(Reference::quality).reversed());
    List<Reference> different = new ArrayList<>();
    for (Reference one : own) {
      if (!kept(one) && likeness.nearest(one, different) < rules.alike()) {
        doubt(one, Doubt.ALIKE, likeness.nearest(one, different));
      } else {
        different.add(one);
      }
    }
    if (different.size() <= rules.most()) {
      return;
    }
    List<Reference> stay = new ArrayList<>(different.stream().filter(HealthCheck::kept).toList());
    likeness.addMostDifferent(stay, different, rules.most());
    different.stream()
        .filter(each -> !stay.contains(each))
        .forEach(each -> doubt(each, Doubt.MANY, likeness.nearest(each, stay)));
  }

  private Collection<Reference> left(String person) {
    return Objects.requireNonNull(left.get(person), "they have references").values();
  }

  private static boolean kept(Reference reference) {
    return Reference.KEPT.equals(reference.review());
  }

  private static boolean hasKept(List<Reference> references) {
    return references.stream().anyMatch(HealthCheck::kept);
  }

  private void doubt(Reference reference, Doubt doubt, float own) {
    find(reference, doubt, own);
    remove(reference);
  }

  private void remove(Reference reference) {
    Objects.requireNonNull(left.get(reference.personId()), "in use").remove(reference.faceId());
    matrix.remove(reference.faceId());
  }

  private void find(Reference reference, Doubt doubt, float own) {
    Match.Candidate other = others.get(reference.faceId());
    findings
        .computeIfAbsent(reference.personId(), id -> new ArrayList<>())
        .add(
            new Finding(
                reference,
                doubt,
                own,
                other == null ? null : new Person(other.personId(), other.name()),
                other == null ? Float.POSITIVE_INFINITY : other.distance()));
  }

  private boolean recognised(Reference one, List<Reference> own) {
    Match.Candidate other = others.get(one.faceId());
    float limit = other == null ? rules.threshold() : Math.min(rules.threshold(), other.distance());
    return likeness.nearest(one, own) < limit;
  }

  private GalleryHealth result() {
    List<GalleryHealth.OfPerson> people = new ArrayList<>();
    everything.forEach(
        (id, references) -> {
          Reference last = references.get(references.size() - 1);
          List<Reference> inUse = references.stream().filter(each -> !each.setAside()).toList();
          people.add(
              new GalleryHealth.OfPerson(
                  new Person(id, last.name(), last.watchlist()),
                  inUse.size(),
                  references.size() - inUse.size(),
                  (int) inUse.stream().filter(each -> recognised(each, inUse)).count(),
                  findings.getOrDefault(id, List.of())));
        });
    return new GalleryHealth(people, ofOtherModels);
  }
}
