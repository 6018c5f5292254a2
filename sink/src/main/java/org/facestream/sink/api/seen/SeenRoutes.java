package org.facestream.sink.api.seen;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.facestream.detector.face.Face;
import org.facestream.sink.alert.SignedLinks;
import org.facestream.sink.api.http.Call;
import org.facestream.sink.api.http.Content;
import org.facestream.sink.api.http.Parameter;
import org.facestream.sink.api.http.Problem;
import org.facestream.sink.api.http.Role;
import org.facestream.sink.api.http.Route;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.Sightings;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.StoredCrops;
import org.facestream.sink.store.VisitorRecords;
import org.facestream.sink.store.Visits;
import org.jspecify.annotations.Nullable;

/** Routes about who was seen. */
public final class SeenRoutes {
  private static final String SIGHTINGS = "/api/v1/sightings";
  private static final String SIGHTING = SIGHTINGS + "/{track}";

  /** A crop may be erased at any time; a browser that shows a list again need not ask again. */
  private static final Duration KEEP = Duration.ofMinutes(5);

  private final SightingPages pages;
  private final Sightings sightings;
  private final StoredCrops crops;
  private final Visits visits;
  private final VisitorRecords visitors;
  private final SignedLinks links;

  public SeenRoutes(Database database) {
    this.pages = new SightingPages(database.dataSource());
    this.sightings = new Sightings(database.dataSource());
    this.crops = new StoredCrops(database.dataSource());
    this.visits = new Visits(database.dataSource());
    this.visitors = new VisitorRecords(database.dataSource());
    this.links = new SignedLinks(database.dataSource());
  }

  /** Sightings, the latest first. */
  record SightingPage(List<SightingPages.Sighting> items, @Nullable String next) {}

  /** A sighting with what is kept of its faces, oldest first. */
  record Detail(SightingPages.Sighting sighting, List<Crop> crops) {}

  /**
   * What is kept of a face.
   *
   * @param hasPicture whether its picture is kept
   * @param model of its descriptor, if one is kept
   */
  record Crop(
      String faceId, Instant captured, float quality, boolean hasPicture, @Nullable String model) {
    static Crop of(Sightings.Crop crop) {
      return new Crop(
          crop.faceId(), crop.captured(), crop.quality(), crop.jpeg() != null, crop.model());
    }
  }

  /** Visits, the latest first. */
  record VisitList(List<Visits.Visit> items) {}

  /** Unknown people who were seen again, the latest first. */
  record VisitorList(List<VisitorRecords.Summary> items) {}

  /** All of them. */
  public List<Route> routes() {
    return List.of(
        Route.get(SIGHTINGS, Role.viewer, "List who was seen, the latest first.")
            .query("person", Parameter.Type.text, "Id or name of a person.")
            .query("unknown", Parameter.Type.flag, "Only unknown people.")
            .query("visitor", Parameter.Type.text, "Id of a visitor.")
            .repeated("camera", "Id of a camera.")
            .query("zone", Parameter.Type.text, "Only who was in this zone.")
            .query("watchlist", Parameter.Type.text, "Only who was on this watchlist.")
            .query("from", Parameter.Type.time, "Not who had left before.")
            .query("to", Parameter.Type.time, "Not who came after.")
            .pages()
            .answer(SightingPage.class)
            .handle(this::list),
        Route.get(SIGHTING, Role.viewer, "Read a sighting, with what is kept of its faces.")
            .answer(Detail.class)
            .handle(this::show),
        // Whoever has an alert has a signed link, and no key.
        Route.get(SIGHTING + "/crop", Role.anyone, "Read the best picture of a sighting.")
            .query("expires", Parameter.Type.text, "Of a signed link.")
            .query("signature", Parameter.Type.text, "Of a signed link.")
            .answer(Content.JPEG)
            .handle(this::best),
        Route.get(SIGHTING + "/crops/{face}", Role.viewer, "Read a picture of a sighting.")
            .answer(Content.JPEG)
            .handle(this::crop),
        Route.get("/api/v1/visits", Role.viewer, "List visits over all cameras, the latest first.")
            .repeated("person", "Id of a person or of a visitor.")
            .query("camera", Parameter.Type.text, "Only with a stop at this camera.")
            .query("from", Parameter.Type.time, "Not what had ended before.")
            .query("to", Parameter.Type.time, "Not what began after.")
            .query("limit", Parameter.Type.integer, "Largest number of items, 1 to 500.")
            .answer(VisitList.class)
            .handle(this::visits),
        Route.get("/api/v1/visitors", Role.viewer, "List unknown people who were seen again.")
            .answer(VisitorList.class)
            .handle(this::visitors));
  }

  private void list(Call call) throws StoreException {
    boolean unknown = call.flag("unknown");
    if (unknown && call.query("person").isPresent()) {
      throw Problem.invalid("Give person or unknown, not both.");
    }
    SightingPages.Wanted wanted =
        new SightingPages.Wanted(
            call.query("person"),
            unknown,
            call.query("visitor"),
            call.cameras(),
            call.query("zone"),
            call.query("watchlist"),
            call.time("from"),
            call.time("to"));
    Optional<PagedQuery.Place> after = call.query("cursor").map(PagedQuery.Place::of);
    Map<String, Object> what = new LinkedHashMap<>();
    for (String name : List.of("person", "visitor", "camera", "zone", "from", "to")) {
      call.query(name).ifPresent(value -> what.put(name, value));
    }
    call.look("sighting.list", what);
    int limit = call.limit();
    List<SightingPages.Sighting> found = pages.list(wanted, after, limit);
    call.answer(
        new SightingPage(found, found.size() < limit ? null : cursor(found.get(limit - 1))));
  }

  private static String cursor(SightingPages.Sighting last) {
    return new PagedQuery.Place(last.lastSeen(), last.track()).cursor();
  }

  private SightingPages.Sighting sighting(Call call) throws StoreException {
    SightingPages.Sighting found = pages.find(call.path("track")).orElseThrow(SeenRoutes::none);
    if (!call.caller().sees(found.camera())) {
      throw none();
    }
    return found;
  }

  private static Problem none() {
    return Problem.notFound("There is no sighting of this id, or not any more.");
  }

  private void show(Call call) throws StoreException {
    SightingPages.Sighting found = sighting(call);
    call.look("sighting.read", Map.of("track", found.track()));
    List<Crop> kept = new ArrayList<>();
    sightings.crops(found.track(), crop -> kept.add(Crop.of(crop)));
    call.answer(new Detail(found, kept));
  }

  private void best(Call call) throws StoreException {
    String track = call.path("track");
    boolean signed =
        links.verify(
            SignedLinks.crop(track),
            call.query("expires").orElse(null),
            call.query("signature").orElse(null),
            Instant.now());
    if (!signed) {
      if (call.query("signature").isPresent()) {
        throw Problem.forbidden("The link has expired, or was changed.");
      }
      if (!call.caller().role().covers(Role.viewer)) {
        throw Problem.unknownCaller("Send an API key in the header x-api-key, or a signed link.");
      }
      sighting(call);
    }
    call.look(signed ? "sighting.link" : "sighting.crop", Map.of("track", track));
    Face face = crops.best(track).orElseThrow(SeenRoutes::noPicture);
    call.answer(face.jpeg(), "image/jpeg", face.id(), KEEP);
  }

  private static Problem noPicture() {
    return Problem.notFound("No picture of this sighting is kept any more.");
  }

  private void crop(Call call) throws StoreException {
    SightingPages.Sighting found = sighting(call);
    String wanted = call.path("face");
    List<Sightings.Crop> kept = new ArrayList<>();
    sightings.crops(
        found.track(),
        crop -> {
          if (crop.faceId().equals(wanted) && crop.jpeg() != null) {
            kept.add(crop);
          }
        });
    if (kept.isEmpty()) {
      throw noPicture();
    }
    call.look("sighting.crop", Map.of("track", found.track(), "face", wanted));
    call.answer(Objects.requireNonNull(kept.get(0).jpeg()), "image/jpeg", wanted, KEEP);
  }

  private void visits(Call call) throws StoreException {
    call.requireEveryCamera();
    List<String> who = call.queries("person");
    call.look("visit.list", who.isEmpty() ? Map.of() : Map.of("person", String.join(" ", who)));
    List<Visits.Visit> found = new ArrayList<>();
    visits.read(
        new Visits.Wanted(
            who, call.query("camera"), call.time("from"), call.time("to"), call.limit()),
        found::add);
    call.answer(new VisitList(found));
  }

  private void visitors(Call call) throws StoreException {
    call.requireEveryCamera();
    call.look("visitor.list", Map.of());
    call.answer(new VisitorList(visitors.summaries()));
  }
}
