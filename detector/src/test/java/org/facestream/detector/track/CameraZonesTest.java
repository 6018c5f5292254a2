package org.facestream.detector.track;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.facestream.detector.face.Box;
import org.facestream.ingest.registry.Polygon;
import org.facestream.ingest.registry.Zone;
import org.junit.jupiter.api.Test;

/** On a frame of 1000 × 500 pixels. */
class CameraZonesTest {
  private static CameraZones zones(Zone... zones) {
    return new CameraZones(List.of(zones));
  }

  private static Zone zone(String name, double... corners) {
    List<List<Double>> pairs = new java.util.ArrayList<>();
    for (int i = 0; i < corners.length; i += 2) {
      pairs.add(List.of(corners[i], corners[i + 1]));
    }
    return new Zone(name, Polygon.of(pairs));
  }

  /** A face of 60 × 80 pixels around a point. */
  private static Box around(double x, double y) {
    return new Box((float) x - 30, (float) y - 40, (float) x + 30, (float) y + 40);
  }

  private static List<String> of(CameraZones zones, Box box) {
    return zones.of(box, 1000, 500);
  }

  @Test
  void theMiddleOfTheBoxCounts() {
    CameraZones zones = zones(zone("counter", .4, .5, .9, .5, .9, 1, .4, 1));
    assertEquals(List.of("counter"), of(zones, around(650, 375)));
    // Most of the face is above the zone's upper border, at 250 pixels, and then just the middle.
    assertEquals(List.of(), of(zones, around(650, 249.5)));
    assertEquals(List.of("counter"), of(zones, around(650, 250.5)));
    assertEquals(List.of(), of(zones, around(399.5, 375)));
    assertEquals(List.of("counter"), of(zones, around(400.5, 375)));
    assertEquals(List.of(), of(CameraZones.NONE, around(650, 375)));
  }

  @Test
  void whoIsOnTheBorderOfTwoThatTouchIsInOne() {
    CameraZones halves =
        zones(zone("left", 0, 0, .5, 0, .5, 1, 0, 1), zone("right", .5, 0, 1, 0, 1, 1, .5, 1));
    assertEquals(List.of("left"), of(halves, around(499, 250)));
    assertEquals(List.of("right"), of(halves, around(500, 250)));
    CameraZones steps =
        zones(zone("upper", 0, 0, 1, 0, 1, .5, 0, .5), zone("lower", 0, .5, 1, .5, 1, 1, 0, 1));
    assertEquals(List.of("lower"), of(steps, around(500, 250)));
  }

  @Test
  void zonesMayOverlapAndKeepTheirOrder() {
    CameraZones zones =
        zones(
            zone("hall", 0, 0, 1, 0, 1, 1, 0, 1),
            zone("desk", .2, .2, .6, .2, .6, .6, .2, .6),
            zone("door", .9, 0, 1, 0, 1, 1, .9, 1));
    assertEquals(List.of("hall", "desk"), of(zones, around(400, 200)));
    assertEquals(List.of("hall", "door"), of(zones, around(950, 200)));
  }

  @Test
  void aZoneMayHaveABay() {
    // The letter U.
    CameraZones zones = zones(zone("u", 0, 0, .3, 0, .3, .7, .7, .7, .7, 0, 1, 0, 1, 1, 0, 1));
    assertEquals(List.of(), of(zones, around(500, 100)));
    assertEquals(List.of("u"), of(zones, around(150, 100)));
    assertEquals(List.of("u"), of(zones, around(500, 450)));
  }

  /** A box reaches beyond the picture when its border cuts a face; its middle may too. */
  @Test
  void ofAFaceThatTheBorderCutsTheVisiblePartCounts() {
    CameraZones zones = zones(zone("all", 0, 0, 1, 0, 1, 1, 0, 1));
    for (Box cut :
        Arrays.asList(
            around(-10, 250),
            around(1010, 250),
            around(500, -10),
            around(500, 510),
            around(1010, 510))) {
      assertEquals(List.of("all"), of(zones, cut), cut::toString);
    }
  }
}
