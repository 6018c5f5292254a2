package org.facestream.deploy.lab.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaturationSearchTest {
  @Test
  void doublesThenHalvesTheGap() {
    SaturationSearch search = new SaturationSearch(100);
    List<Integer> tried = run(search, cameras -> cameras <= 5);
    assertEquals(List.of(1, 2, 4, 8, 8, 6, 6, 5), tried);
    assertEquals(5, search.carried());
    assertFalse(search.unlimited());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 19, 20})
  void findsEveryNumberOfFewCamerasExactly(int truth) {
    SaturationSearch search = new SaturationSearch(256);
    List<Integer> tried = run(search, cameras -> cameras <= truth);
    assertEquals(truth, search.carried());
    assertTrue(tried.size() <= 2 * 11, tried::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {41, 99, 199, 255})
  void ofManyItFindsATwentiethExactly(int truth) {
    SaturationSearch search = new SaturationSearch(256);
    run(search, cameras -> cameras <= truth);
    assertTrue(search.carried() <= truth);
    assertTrue(search.carried() >= truth - truth / 20, "carried " + search.carried());
  }

  @Test
  void whenOneIsTooManyNoneIsCarried() {
    SaturationSearch search = new SaturationSearch(10);
    assertEquals(List.of(1, 1), run(search, cameras -> false));
    assertEquals(0, search.carried());
  }

  @Test
  void stopsAtTheLimit() {
    SaturationSearch search = new SaturationSearch(6);
    assertEquals(List.of(1, 2, 4, 6), run(search, cameras -> true));
    assertTrue(search.unlimited());
    assertEquals(6, search.carried());
    assertThrows(IllegalArgumentException.class, () -> new SaturationSearch(0));
  }

  @Test
  void aDisturbanceIsNoVerdict() {
    SaturationSearch search = new SaturationSearch(64);
    List<Integer> disturbed = new ArrayList<>(List.of(2, 8, 20));
    List<Integer> tried =
        run(search, cameras -> !disturbed.remove(Integer.valueOf(cameras)) && cameras <= 20);
    assertEquals(20, search.carried());
    // From what was too many once, and then was not, it goes on as from any other number.
    assertTrue(tried.stream().allMatch(cameras -> cameras <= 32), tried::toString);
  }

  @Test
  void endsWhateverItIsTold() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      SaturationSearch search = new SaturationSearch(1 + random.nextInt(300));
      List<Integer> tried = run(search, cameras -> random.nextInt(3) > 0);
      assertTrue(tried.size() < 60, tried::toString);
    }
  }

  private static List<Integer> run(SaturationSearch search, IntPredicate good) {
    List<Integer> tried = new ArrayList<>();
    while (search.next().isPresent() && tried.size() < 100) {
      int cameras = search.next().getAsInt();
      tried.add(cameras);
      search.tried(cameras, good.test(cameras));
    }
    return tried;
  }
}
