package org.facestream.sink.api.people;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.detector.face.Face;
import org.facestream.ingest.frame.UnreadablePictureException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.facestream.recognizer.gallery.enrol.EnrolmentTerms;
import org.facestream.recognizer.gallery.enrol.StoredCropQuality;
import org.facestream.recognizer.identity.Correction;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.people.Corrections;
import org.facestream.sink.people.Enroller;
import org.facestream.sink.people.Learning;
import org.facestream.sink.store.CorrectionStore;
import org.facestream.sink.store.ErasedDays;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;
import org.jspecify.annotations.Nullable;

/** Routes that change sightings: corrections, enrolment of what was seen, erasure. */
public final class SightingRoutes {
  private static final String SIGHTING = "/api/v1/sightings/{track}";
  private static final String CORRECTIONS = SIGHTING + "/corrections";

  /** A recognizer and a sink that run apply it within this time. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Desk desk;

  public SightingRoutes(Desk desk) {
    this.desk = desk;
  }

  /**
   * A statement about a sighting.
   *
   * @param kind what is stated
   * @param person id or name, for {@code is} and {@code is_not}
   * @param track of the other sighting, for {@code same}
   * @param learn with {@code is}: the best crop becomes a reference, with the following terms
   * @param confirm also a crop that looks like somebody else
   */
  record Statement(
      Kind kind,
      @Nullable String person,
      @Nullable String track,
      @Nullable Boolean learn,
      @Nullable String consent,
      @Nullable Instant expiry,
      @Nullable Boolean confirm) {
    enum Kind {
      is,
      is_not,
      same,
      no_face
    }

    EnrolmentTerms terms() {
      return new EnrolmentTerms(Optional.ofNullable(consent), Optional.ofNullable(expiry));
    }
  }

  /**
   * What came of a statement.
   *
   * @param personId who the sighting is of now, or null
   * @param applied whether the sighting is stored as corrected; otherwise it will be
   * @param learned what the gallery learned of it, or null
   */
  record Corrected(
      String track,
      @Nullable String personId,
      String name,
      boolean noFace,
      boolean applied,
      @Nullable String learned) {}

  /**
   * Whose picture the best crop of a sighting becomes.
   *
   * @param id of the person, if several have the name
   */
  record EnrolBody(
      String name,
      @Nullable String id,
      @Nullable String consent,
      @Nullable Instant expiry,
      @Nullable Boolean confirm) {}

  /** The result for the crop, and for the sighting if it is enrolled. */
  record EnrolledSighting(Views.EnrolResult picture, @Nullable Corrected sighting) {}

  /**
   * What was erased.
   *
   * @param learned entries of the gallery that were made of the sighting
   * @param bytesGone whether no file of the database has the bytes any more; otherwise a running
   *     sink removes them
   */
  record Erased(String track, long crops, int learned, boolean bytesGone) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.post(CORRECTIONS, Role.operator, "Correct a sighting: who it is, or is not.")
            .body(Statement.class)
            .answer(Corrected.class)
            .handle(this::correct),
        Route.delete(CORRECTIONS, Role.operator, "Take back the last correction of a sighting.")
            .answer(Corrected.class)
            .handle(this::undo),
        Route.post(SIGHTING + "/enrol", Role.operator, "Enrol the best crop of a sighting.")
            .body(EnrolBody.class)
            .answer(EnrolledSighting.class)
            .handle(this::enrol),
        Route.delete(SIGHTING, Role.administrator, "Erase the crops and the name of a sighting.")
            .answer(Erased.class)
            .handle(this::erase));
  }

  private CorrectionStore.Sighting sighting(Call call, Corrections corrections)
      throws StoreException {
    try {
      CorrectionStore.Sighting found = corrections.sighting(call.path("track"));
      call.requireCamera(found.camera(), "sighting");
      return found;
    } catch (UserError none) {
      throw Problem.notFound("There is no sighting of this id.");
    }
  }

  private void correct(Call call) throws StoreException {
    Statement statement = call.body(Statement.class);
    Corrections corrections = desk.corrections(call.caller());
    String track = sighting(call, corrections).track();
    boolean learn = Boolean.TRUE.equals(statement.learn());
    if (learn) {
      Enroller.check(desk.settings(), statement.terms());
    }
    call.look("sighting.correct", Map.of("track", track, "kind", statement.kind().name()));
    Corrections.Recorded recorded =
        switch (statement.kind()) {
          case is -> corrections.correct(track, Correction.Kind.is, person(call, statement));
          case is_not ->
              corrections.correct(track, Correction.Kind.is_not, person(call, statement));
          case same -> corrections.same(track, other(call, statement, corrections));
          case no_face -> corrections.noFace(track);
        };
    Corrected corrected = sendAndAwait(corrections, recorded.before());
    boolean learns =
        statement.kind() == Statement.Kind.is_not || statement.kind() == Statement.Kind.is && learn;
    call.answer(learns ? learned(corrected, learn(call, statement, recorded)) : corrected);
  }

  private static Corrected learned(Corrected corrected, String message) {
    return new Corrected(
        corrected.track(),
        corrected.personId(),
        corrected.name(),
        corrected.noFace(),
        corrected.applied(),
        message);
  }

  private String learn(Call call, Statement statement, Corrections.Recorded recorded)
      throws StoreException {
    Learning learning =
        new Learning(
            desk.clients(),
            desk.trail(call.caller()),
            desk.database(),
            Boolean.TRUE.equals(statement.confirm()),
            statement.terms());
    return desk.enrol(
            enroller -> learning.of(recorded, statement.kind() == Statement.Kind.is, enroller))
        .message();
  }

  private String person(Call call, Statement statement) {
    String named = statement.person();
    if (named == null) {
      throw Problem.invalid("This kind of correction needs `person`.");
    }
    return desk.person(call, named).person().id();
  }

  private static String other(Call call, Statement statement, Corrections corrections)
      throws StoreException {
    String track = statement.track();
    if (track == null) {
      throw Problem.invalid("This kind of correction needs `track`, the other sighting.");
    }
    call.requireCamera(corrections.sighting(track).camera(), "sighting");
    return track;
  }

  private void undo(Call call) throws StoreException {
    Corrections corrections = desk.corrections(call.caller());
    CorrectionStore.Sighting before = sighting(call, corrections);
    call.look("sighting.undo", Map.of("track", before.track()));
    CorrectionStore.Undone undone = corrections.undo(before.track());
    CorrectionStore.Sighting changed = corrections.sighting(undone.track());
    Corrected corrected = sendAndAwait(corrections, changed);
    new Learning(
            desk.clients(), desk.trail(call.caller()), desk.database(), false, EnrolmentTerms.NONE)
        .forget(undone);
    call.answer(corrected);
  }

  private static Corrected sendAndAwait(Corrections corrections, CorrectionStore.Sighting before)
      throws StoreException {
    CorrectionStore.Sighting now = before;
    boolean applied = true;
    try {
      corrections.send(before.track());
      now = corrections.await(before, PATIENCE);
    } catch (UserError later) {
      // It is recorded: a sink sends it when Kafka is back, a recognizer applies it when one runs.
      applied = false;
    }
    return new Corrected(now.track(), now.personId(), now.name(), now.noFace(), applied, null);
  }

  private void enrol(Call call) throws StoreException {
    EnrolBody body = call.body(EnrolBody.class);
    Desk.requireEveryCamera(call);
    Corrections corrections = desk.corrections(call.caller());
    String track = sighting(call, corrections).track();
    EnrolmentTerms terms =
        new EnrolmentTerms(
            Optional.ofNullable(body.consent()),
            Optional.ofNullable(body.expiry()),
            Optional.empty(),
            Optional.ofNullable(body.id()));
    Enroller.check(desk.settings(), terms);
    Face crop =
        new StoredCrops(desk.database().dataSource())
            .best(track)
            .orElseThrow(() -> Problem.unusable("No crop of the sighting is stored any more."));
    call.look("sighting.enrol", Map.of("track", track));
    EnrolmentResult result =
        desk.enrol(
            enroller -> {
              try {
                return enroller
                    .under(Boolean.TRUE.equals(body.confirm()), terms, desk.trail(call.caller()))
                    .enrol(body.name(), StoredCropQuality.measured(crop));
              } catch (UnreadablePictureException unreadable) {
                throw Problem.unusable("The crop of the sighting cannot be read.");
              }
            });
    Corrected corrected =
        result instanceof EnrolmentResult.Enrolled enrolled
            ? sendAndAwait(
                corrections,
                corrections.correct(track, Correction.Kind.is, enrolled.person().id()).before())
            : null;
    call.answer(new EnrolledSighting(Views.EnrolResult.of(result), corrected));
  }

  private void erase(Call call) throws StoreException {
    String track = sighting(call, desk.corrections(call.caller())).track();
    call.look("sighting.erase", Map.of("track", track));
    Sightings.Erased erased =
        new Sightings(desk.database().dataSource())
            .erase(
                List.of(track),
                done -> {
                  desk.trail(call.caller()).erasingSighting(track);
                  Learning.erase(done.learned(), desk.clients(), desk.trail(call.caller()));
                });
    if (!erased.missing().isEmpty()) {
      throw Problem.notFound("There is no sighting of this id.");
    }
    if (!erased.alive().isEmpty()) {
      throw Problem.conflict("The sighting has not ended: try again when the person has left.");
    }
    call.answer(
        new Erased(
            track,
            erased.rows().crops(),
            erased.learned().size(),
            new ErasedDays(desk.database()).clean()));
  }
}
