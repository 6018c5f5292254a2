package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.recognizer.RecognizerConfig;
import org.facestream.recognizer.RecognizerOptions;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.contract.ReferenceBuilder;
import org.facestream.recognizer.gallery.people.GalleryHealth;
import org.facestream.recognizer.gallery.people.GalleryHealth.Doubt;
import org.facestream.recognizer.gallery.people.HealthCheck;
import org.facestream.recognizer.gallery.people.HealthRules;
import org.facestream.recognizer.identity.DecisionRules;
import org.facestream.sink.api.picture.FaceDescriber;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The check of the gallery on labelled pictures of which some were enrolled as other people's: how
 * many of these it finds, how many right ones it doubts, and what both do to names.
 */
class WrongReferencesTest {
  private static final double SHARE = .05;
  private static final int DRAWS = 20;
  private static final int LEAST_PICTURES = 4;
  private static final int MOST_PICTURES = 8;
  private static final int TRACK_FACES = 4;

  private static final Settings SETTINGS =
      new Configuration(java.util.Optional.empty(), Map.of(), Map.of()).settings();

  /** A gallery with wrong pictures. */
  private record Planted(OpenSet right, OpenSet people, Set<String> wrong) {}

  /** What a check finds. */
  private static final class Found {
    int wrong;
    int found;
    int foundSettled;
    int right;
    int doubted;
    int doubtedSettled;
    final Map<Doubt, Integer> doubts = new TreeMap<>();

    void add(Planted planted, GalleryHealth health) {
      wrong += planted.wrong().size();
      right += planted.people().references() - planted.wrong().size();
      for (GalleryHealth.OfPerson person : health.people()) {
        for (GalleryHealth.Finding finding : person.findings()) {
          boolean isWrong = planted.wrong().contains(finding.reference().faceId());
          boolean settled = person.settled().contains(finding);
          if (finding.doubt().wrong()) {
            doubts.merge(finding.doubt(), 1, Integer::sum);
            found += isWrong ? 1 : 0;
            foundSettled += isWrong && settled ? 1 : 0;
            doubted += isWrong ? 0 : 1;
            doubtedSettled += !isWrong && settled ? 1 : 0;
          }
        }
      }
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "wrong found %5.1f %%, set aside %5.1f %% of %d; right doubted %4.2f %%, set aside %4.2f %%"
              + " of %d; %s",
          100. * found / wrong,
          100. * foundSettled / wrong,
          wrong,
          100. * doubted / right,
          100. * doubtedSettled / right,
          right,
          doubts);
    }
  }

  /** Names that a gallery gives. */
  private static final class Names {
    int mated;
    int wrongSingles;
    int missedSingles;
    int strangers;
    int strangersNamed;
    double tracks;
    double strangersTracks;
    double stillTracks;
    double missedTracks;
    double wrongTracks;

    void add(
        DescribedPictures pictures,
        OpenSet people,
        DecisionRules rules,
        float threshold,
        long seed) {
      Identification singles = Identification.evaluate(pictures, people, 1);
      mated += singles.mated().size();
      strangers += singles.strangers().size();
      for (Identification.Search search : singles.mated()) {
        boolean named = search.distance() < threshold;
        wrongSingles += named && !search.right() ? 1 : 0;
        missedSingles += named && search.right() ? 0 : 1;
      }
      strangersNamed +=
          (int)
              singles.strangers().stream().filter(search -> search.distance() < threshold).count();
      TrackIdentification.Rates rates =
          TrackIdentification.evaluate(pictures, people, rules, 1, TRACK_FACES, seed).at(threshold);
      tracks++;
      strangersTracks += rates.strangersNamed();
      stillTracks += rates.stillNamed();
      missedTracks += rates.missed();
      wrongTracks += rates.wrong();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "single pictures: enrolled named wrongly %5.2f %%, not named rightly %5.2f %%, strangers"
              + " named %5.2f %%; tracks: wrongly %5.2f %%, not rightly %5.2f %%, strangers %5.2f %%,"
              + " a stranger's one picture %5.2f %%",
          100. * wrongSingles / mated,
          100. * missedSingles / mated,
          100. * strangersNamed / strangers,
          100 * wrongTracks / tracks,
          100 * missedTracks / tracks,
          100 * strangersTracks / tracks,
          100 * stillTracks / tracks);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "facenet, lfw-dev2",
    "facenet, lfw-dev",
    "mobilefacenet, lfw-dev2",
    "mobilefacenet, lfw-dev"
  })
  void plantedMistakesAreFound(String network, String collection) {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with lfw-dev and lfw-dev2>");
    assumeTrue(System.getProperty("facestream.model", network).equals(network));
    assumeTrue(System.getProperty("facestream.collection", collection).equals(collection));
    Path images = Path.of(data).resolve(collection).resolve("images");
    PeopleFolder folder = some(PeopleFolder.list(images));
    RecognizerConfig recognizer = SETTINGS.get(RecognizerConfig.class);
    DecisionRules decision = RecognizerOptions.of(recognizer).rules();
    try (FaceDescriber describer = new FaceDescriber(SETTINGS, network)) {
      DescribedPictures pictures =
          new DescribedPictures(images, describer::seen, describer.descriptors(), name -> {});
      DescriptorModel model = describer.descriptors().model();
      HealthRules rules =
          HealthRules.of(SETTINGS.get(GalleryConfig.class), model, model.threshold());
      for (int references : List.of(3, 5)) {
        System.out.printf(
            Locale.ROOT,
            "%s, %s, %d pictures a person, %d draws%n",
            network,
            collection,
            references,
            DRAWS);
        Found found = measure(pictures, folder, references, model, rules, decision);
        if (references == 3) {
          assertTrue(found.foundSettled >= .8 * found.wrong, found::toString);
          assertTrue(found.doubtedSettled <= .02 * found.right, found::toString);
        }
      }
    }
  }

  static PeopleFolder some(PeopleFolder all) {
    Map<String, List<String>> people = new TreeMap<>();
    all.people()
        .forEach(
            (name, own) -> {
              if (own.size() >= LEAST_PICTURES) {
                people.put(name, own.subList(0, Math.min(MOST_PICTURES, own.size())));
              }
            });
    return new PeopleFolder(people);
  }

  private static Found measure(
      DescribedPictures pictures,
      PeopleFolder folder,
      int references,
      DescriptorModel model,
      HealthRules rules,
      DecisionRules decision) {
    Names right = new Names();
    Names before = new Names();
    Names after = new Names();
    Found found = new Found();
    Map<String, Found> sweep = new LinkedHashMap<>();
    for (int seed = 1; seed <= DRAWS; seed++) {
      Planted planted = plant(pictures, OpenSet.draw(pictures, folder, references, seed), seed);
      List<Reference> gallery = gallery(pictures, planted.people(), model);
      GalleryHealth health = HealthCheck.of(gallery, model, rules, Instant.now());
      found.add(planted, health);
      right.add(pictures, planted.right(), decision, model.threshold(), seed);
      before.add(pictures, planted.people(), decision, model.threshold(), seed);
      after.add(pictures, without(planted.people(), health), decision, model.threshold(), seed);
      for (double factor : new double[] {.85, .9, .95, 1, 1.05, 1.1}) {
        sweep
            .computeIfAbsent("  unlike x " + factor, each -> new Found())
            .add(
                planted,
                HealthCheck.of(
                    gallery,
                    model,
                    new HealthRules(
                        rules.other(),
                        (float) (factor * rules.unlike()),
                        0,
                        rules.threshold(),
                        100),
                    Instant.now()));
      }
      for (double factor : new double[] {0, .8, .9, 1, 1.1}) {
        sweep
            .computeIfAbsent("  other x " + factor, each -> new Found())
            .add(
                planted,
                HealthCheck.of(
                    gallery,
                    model,
                    new HealthRules(
                        (float) (factor * rules.other()),
                        rules.unlike(),
                        0,
                        rules.threshold(),
                        100),
                    Instant.now()));
      }
    }
    System.out.printf(
        "  rules  %s%n%s%n  right  %s%n  wrong  %s%n  check  %s%n",
        rules, found, right, before, after);
    sweep.forEach((limit, each) -> System.out.printf("%s: %s%n", limit, each));
    return found;
  }

  /** Puts pictures of others in the place of some: of people who are enrolled, and of strangers. */
  private static Planted plant(DescribedPictures pictures, OpenSet people, long seed) {
    Random random = new Random(seed);
    Map<String, List<String>> enrolled = copy(people.enrolled());
    Map<String, List<String>> mated = copy(people.mated());
    Map<String, List<String>> strangers = copy(people.strangers());
    List<String> names = new ArrayList<>(enrolled.keySet());
    Set<String> wrong = new HashSet<>();
    int wanted = (int) Math.round(SHARE * people.references());
    while (wrong.size() < wanted) {
      String victim = names.get(random.nextInt(names.size()));
      Map<String, List<String>> source = wrong.size() % 2 == 0 ? mated : strangers;
      List<String> others = new ArrayList<>(source.keySet());
      String other = others.get(random.nextInt(others.size()));
      List<String> own = source.get(other);
      if (other.equals(victim)
          || own.isEmpty()
          || !Collections.disjoint(enrolled.get(victim), wrong)) {
        continue;
      }
      String picture = own.remove(random.nextInt(own.size()));
      if (pictures.of(picture).descriptor().isPresent()) {
        List<String> references = enrolled.get(victim);
        references.set(random.nextInt(references.size()), picture);
        wrong.add(picture);
      }
    }
    return new Planted(
        new OpenSet(people.enrolled(), mated, strangers),
        new OpenSet(enrolled, mated, strangers),
        wrong);
  }

  private static Map<String, List<String>> copy(Map<String, List<String>> people) {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    people.forEach((name, own) -> copy.put(name, new ArrayList<>(own)));
    return copy;
  }

  static List<Reference> gallery(
      DescribedPictures pictures, OpenSet people, DescriptorModel model) {
    return people.enrolled().entrySet().stream()
        .flatMap(
            one ->
                one.getValue().stream()
                    .flatMap(picture -> reference(pictures.of(picture), one.getKey(), model)))
        .toList();
  }

  static Stream<Reference> reference(
      DescribedPictures.Described described, String person, DescriptorModel model) {
    return described.descriptor().stream()
        .map(
            descriptor ->
                ReferenceBuilder.builder()
                    .faceId(described.name())
                    .personId(person)
                    .name(person)
                    .model(model.name())
                    .descriptor(descriptor)
                    .thumbnail(new byte[0])
                    .quality(described.face().orElseThrow().quality())
                    .source(described.name())
                    .enrolledAt(Instant.EPOCH)
                    .build());
  }

  private static OpenSet without(OpenSet people, GalleryHealth health) {
    Map<String, List<String>> enrolled = copy(people.enrolled());
    for (GalleryHealth.OfPerson person : health.people()) {
      person
          .settled()
          .forEach(
              finding -> enrolled.get(person.person().id()).remove(finding.reference().faceId()));
    }
    return new OpenSet(enrolled, people.mated(), people.strangers());
  }
}
