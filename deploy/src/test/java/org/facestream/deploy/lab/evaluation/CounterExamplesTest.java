package org.facestream.deploy.lab.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.facestream.deploy.stage.Configuration;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.recognizer.facenet.DescriptorModel;
import org.facestream.recognizer.gallery.contract.Reference;
import org.facestream.recognizer.gallery.match.DescriptorSpace;
import org.facestream.recognizer.gallery.match.GallerySnapshot;
import org.facestream.recognizer.gallery.match.Reduction;
import org.facestream.recognizer.gallery.match.ReferenceMatrix;
import org.facestream.recognizer.identity.GalleryVersion;
import org.facestream.recognizer.identity.Match;
import org.facestream.sink.api.picture.FaceDescriber;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stranger's picture was named as somebody enrolled, and a user said that it is not: how often
 * the stranger's other pictures get that name again, and how many of the person's own pictures lose
 * it.
 */
class CounterExamplesTest {
  private static final int DRAWS = 20;
  private static final int REFERENCES = 3;

  private static final Settings SETTINGS =
      new Configuration(Optional.empty(), Map.of(), Map.of()).settings();

  /** What counter-examples do, by numbers of pictures. */
  private static final class Effect {
    int mistakes;
    int others;
    long againBefore;
    long againAfter;
    int own;
    long ownBefore;
    long ownAfter;

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d mistakes; of %d other pictures of the strangers %.1f %% got the name, then %.1f %%; of"
              + " %d of the people's own pictures %.2f %% had it, then %.2f %%",
          mistakes,
          others,
          100. * againBefore / others,
          100. * againAfter / others,
          own,
          100. * ownBefore / own,
          100. * ownAfter / own);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "facenet, lfw-dev",
    "facenet, lfw-dev2",
    "mobilefacenet, lfw-dev",
    "mobilefacenet, lfw-dev2"
  })
  void theSameMistakeHardlyComesBack(String network, String collection) {
    String data = System.getProperty("facestream.data");
    assumeTrue(data != null, "needs -Dfacestream.data=<folder with lfw-dev and lfw-dev2>");
    assumeTrue(System.getProperty("facestream.model", network).equals(network));
    assumeTrue(System.getProperty("facestream.collection", collection).equals(collection));
    Path images = Path.of(data).resolve(collection).resolve("images");
    PeopleFolder folder = WrongReferencesTest.some(PeopleFolder.list(images));
    try (FaceDescriber describer = new FaceDescriber(SETTINGS, network)) {
      DescribedPictures pictures =
          new DescribedPictures(images, describer::seen, describer.descriptors(), name -> {});
      DescriptorModel model = describer.descriptors().model();
      for (float threshold : new float[] {model.threshold(), model.verification()}) {
        Effect effect = new Effect();
        for (int seed = 1; seed <= DRAWS; seed++) {
          measure(
              pictures, OpenSet.draw(pictures, folder, REFERENCES, seed), model, threshold, effect);
        }
        System.out.printf(
            Locale.ROOT, "%s, %s, threshold %.3f: %s%n", network, collection, threshold, effect);
        if (threshold == model.verification()) {
          assertTrue(effect.mistakes > 20, effect::toString);
          assertTrue(effect.againAfter <= .5 * effect.againBefore, effect::toString);
          assertTrue(effect.ownAfter >= .9 * effect.ownBefore, effect::toString);
        }
      }
    }
  }

  private static void measure(
      DescribedPictures pictures,
      OpenSet people,
      DescriptorModel model,
      float threshold,
      Effect effect) {
    ReferenceMatrix matrix = new ReferenceMatrix(DescriptorSpace.of(model));
    WrongReferencesTest.gallery(pictures, people, model).forEach(matrix::put);
    for (List<String> stranger : people.strangers().values()) {
      List<float[]> looks = descriptors(pictures, stranger);
      if (looks.size() < 2) {
        continue;
      }
      GallerySnapshot before = matrix.publish(GalleryVersion.ofNumber(0));
      Optional<Match.Candidate> named = named(before, looks.get(0), threshold);
      if (named.isEmpty()) {
        continue;
      }
      String person = named.get().personId();
      List<float[]> own = descriptors(pictures, people.mated().get(person));
      List<float[]> others = looks.subList(1, looks.size());
      effect.mistakes++;
      effect.others += others.size();
      effect.own += own.size();
      effect.againBefore += count(before, others, person, threshold);
      effect.ownBefore += count(before, own, person, threshold);
      Reference denied = denied(pictures, stranger, person, model);
      matrix.put(denied);
      GallerySnapshot after = matrix.publish(GalleryVersion.ofNumber(1));
      effect.againAfter += count(after, others, person, threshold);
      effect.ownAfter += count(after, own, person, threshold);
      matrix.remove(denied.faceId());
    }
  }

  /** What `correct --is-not` makes of the stranger's first picture. */
  private static Reference denied(
      DescribedPictures pictures, List<String> stranger, String person, DescriptorModel model) {
    return stranger.stream()
        .flatMap(picture -> WrongReferencesTest.reference(pictures.of(picture), person, model))
        .findFirst()
        .map(reference -> reference.with().denies(true).build())
        .orElseThrow();
  }

  private static List<float[]> descriptors(DescribedPictures pictures, List<String> names) {
    return names.stream().flatMap(name -> pictures.of(name).descriptor().stream()).toList();
  }

  private static long count(
      GallerySnapshot gallery, List<float[]> faces, String person, float threshold) {
    return faces.stream()
        .filter(
            face ->
                named(gallery, face, threshold)
                    .filter(candidate -> candidate.personId().equals(person))
                    .isPresent())
        .count();
  }

  private static Optional<Match.Candidate> named(
      GallerySnapshot gallery, float[] face, float threshold) {
    return Stream.of(gallery.match(new float[][] {face}, 1, Reduction.MINIMUM, Instant.now()))
        .flatMap(found -> found.get(0).stream())
        .filter(candidate -> candidate.distance() < threshold)
        .findFirst();
  }
}
