package org.facestream.recognizer.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GalleryVersionTest {
  private static GalleryVersion version(String topic, Long... offsets) {
    return new GalleryVersion(topic, List.of(offsets));
  }

  @Test
  void coversWhatItIsNotBehindOfInAnyPartition() {
    GalleryVersion version = version("a", 3L, 5L);
    assertTrue(version.covers(version));
    assertTrue(version.covers(version("a", 3L, 4L)));
    assertTrue(version.covers(version("a", 3L)));
    assertFalse(version.covers(version("a", 3L, 5L, 1L)));
    // Its sum is greater.
    assertFalse(version("a", 9L, 4L).covers(version));
    assertFalse(version.covers(version("a", 9L, 4L)));
  }

  @Test
  void nothingOfAnotherTopicIsCovered() {
    GalleryVersion version = version("a", 3L, 5L);
    assertFalse(version("b", 9L, 9L).covers(version));
    assertTrue(version("b", 9L, 9L).ofAnotherTopic(version));
    assertFalse(version.ofAnotherTopic(version("a")));
  }

  @Test
  void aNumberIsComparedAsBefore() {
    GalleryVersion number = GalleryVersion.ofNumber(8);
    assertEquals(8, number.sum());
    assertTrue(number.covers(version("a", 3L, 5L)));
    assertTrue(version("a", 3L, 5L).covers(number));
    assertFalse(version("a", 3L, 4L).covers(number));
    assertFalse(number.ofAnotherTopic(version("a", 3L)));
  }

  @Test
  void isMadeOfOffsetsByPartition() {
    assertEquals(version("a", 0L, 0L, 4L), GalleryVersion.of("a", Map.of(2, 4L)));
    assertEquals(version("a"), GalleryVersion.of("a", Map.of()));
    assertEquals(GalleryVersion.ofNumber(6), GalleryVersion.of(null, Map.of(0, 2L, 2, 4L)));
  }

  @Test
  void mostAndLeastGoByPartition() {
    GalleryVersion one = version("a", 3L, 5L);
    GalleryVersion other = version("a", 4L, 2L, 1L);
    assertEquals(version("a", 4L, 5L, 1L), GalleryVersion.most(one, other));
    assertEquals(version("a", 3L, 2L, 0L), GalleryVersion.least(one, other));
    GalleryVersion anew = version("b", 1L);
    assertEquals(anew, GalleryVersion.most(one, anew));
    assertEquals(one, GalleryVersion.least(one, anew));
    assertEquals(one, GalleryVersion.most(one, null));
    assertNull(GalleryVersion.least(one, null));
    assertNull(GalleryVersion.least(null, one));
  }
}
