package org.facestream.recognizer.gallery.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.facestream.recognizer.gallery.contract.Person;
import org.facestream.recognizer.gallery.contract.Reference;
import org.jspecify.annotations.Nullable;

/**
 * What a check of the gallery found.
 *
 * @param people everyone with references of the checked model, by id
 * @param ofOtherModels references that were not checked
 */
public record GalleryHealth(List<OfPerson> people, int ofOtherModels) {
  public GalleryHealth {
    people = List.copyOf(people);
  }

  /** Why a reference is doubtful. */
  public enum Doubt {
    /** It resembles another person more than its own. */
    OTHER,
    /** It does not resemble the larger part of its person's others. */
    UNLIKE,
    /** Faces of other people's tracks are nearest to it, more often than those of its own. */
    SEEN,
    /** Its person's references do not resemble each other, and no part is the larger one. */
    DIVIDED,
    /** It is nearly the same as another. */
    ALIKE,
    /** Its person has more than are used; the most different ones are kept. */
    MANY;

    /** The word for a {@link Reference#review} and for users. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the reference may show somebody else. */
    public boolean wrong() {
      return this == OTHER || this == UNLIKE || this == SEEN || this == DIVIDED;
    }
  }

  /**
   * A doubtful reference.
   *
   * @param own distance to the nearest other reference of its person; infinite without one
   * @param near the nearest other person, or null when the gallery has nobody else; of {@link
   *     Doubt#SEEN} whose faces they are
   * @param distance to that person, or to the nearest of those faces; infinite without one
   */
  public record Finding(
      Reference reference, Doubt doubt, float own, @Nullable Person near, float distance) {}

  /**
   * A person's references.
   *
   * @param inUse number of references that faces are compared with
   * @param setAside number of those that were set aside before
   * @param recognised number of those in use as which the person's others would recognise a face:
   *     nearer than the threshold, and nearer than anybody else
   * @param findings of those in use
   */
  public record OfPerson(
      Person person, int inUse, int setAside, int recognised, List<Finding> findings) {
    public OfPerson {
      findings = List.copyOf(findings);
    }

    /** With more findings, of references that have none. */
    OfPerson with(List<Finding> more) {
      Set<String> found =
          findings.stream().map(each -> each.reference().faceId()).collect(Collectors.toSet());
      List<Finding> all = new ArrayList<>(findings);
      more.stream().filter(each -> !found.contains(each.reference().faceId())).forEach(all::add);
      return new OfPerson(person, inUse, setAside, recognised, all);
    }

    /** With a single reference nothing can be compared, and one look of the face is known. */
    public boolean tooFew() {
      return inUse - settled().size() < 2;
    }

    /**
     * Whether a reference in use is likely wrong.
     *
     * @param after whether what is {@link #settled} is no longer in use
     */
    public boolean likelyWrong(boolean after) {
      List<Finding> gone = after ? settled() : List.of();
      return findings.stream()
          .anyMatch(finding -> finding.doubt().wrong() && !gone.contains(finding));
    }

    /**
     * What can be set aside. A person always keeps a reference: where all are doubtful, a user has
     * to decide.
     */
    public List<Finding> settled() {
      List<Finding> settled =
          findings.stream().filter(finding -> finding.doubt() != Doubt.DIVIDED).toList();
      return settled.size() < inUse ? settled : List.of();
    }
  }
}
