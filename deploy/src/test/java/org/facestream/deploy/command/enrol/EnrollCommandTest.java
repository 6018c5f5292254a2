package org.facestream.deploy.command.enrol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.facestream.deploy.CommandLineRun;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.facestream.deploy.lab.simulation.DemoPerson;
import org.facestream.ingest.frame.Picture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Enrolment into a data folder on which nothing runs, with real photographs. */
@Tag("bare")
class EnrollCommandTest {
  @TempDir Path folder;

  @Test
  void peopleComeAndAreForgotten() throws Exception {
    String data = folder.resolve("data").toString();
    Path people = folder.resolve("people");
    List<DemoPerson> known = DemoPeople.enrolled().subList(0, 2);
    for (DemoPerson person : known) {
      Path own = Files.createDirectories(people.resolve(person.name()));
      Files.write(own.resolve("portrait.jpg"), DemoPeople.portrait(person));
    }
    Path nobody = Files.createDirectories(people.resolve("Nobody"));
    Files.writeString(nobody.resolve("words.jpg"), "no picture");

    CommandLineRun enroll =
        CommandLineRun.of("enroll", people.toString(), "--watchlist", "guests", "--data", data);
    assertEquals(0, enroll.exitCode(), enroll.err());
    assertTrue(enroll.out().contains("2 of 3 pictures enrolled, of 2 people."), enroll.out());
    assertTrue(enroll.out().contains("✗ Nobody/words.jpg: "), enroll.out());

    String first = known.get(0).name();
    CommandLineRun forget = CommandLineRun.of("people", "forget", first, "--data", data);
    assertEquals(0, forget.exitCode(), forget.err());
    CommandLineRun rename =
        CommandLineRun.of("people", "rename", known.get(1).name(), "Zoë Ångström", "--data", data);
    assertEquals(0, rename.exitCode(), rename.err());
    CommandLineRun list = CommandLineRun.of("people", "list", "--json", "--data", data);
    assertFalse(list.out().contains(first), list.out());
    assertTrue(list.out().contains("Zoë Ångström"), list.out());
    assertTrue(list.out().contains("\"watchlist\":\"guests\""), list.out());

    assertFalse(list.err().contains("another model"), list.err());
    CommandLineRun changed =
        CommandLineRun.of(
            "people", "list", "--data", data, "--set", "recognizer.model=mobilefacenet");
    assertTrue(
        changed.err().contains("1 of 1 are enrolled with another model than mobilefacenet"),
        changed.err());

    CommandLineRun again = CommandLineRun.of("people", "forget", first, "--data", data);
    assertEquals(2, again.exitCode());
    assertTrue(again.err().contains(first), again.err());
  }

  @Test
  void whoLooksLikeNobodyOfTheNameWaitsAndWhatIsUpsideDownIsTurned() throws Exception {
    String data = folder.resolve("data").toString();
    List<DemoPerson> known = DemoPeople.enrolled();
    Path people = folder.resolve("people");
    Path ada = Files.createDirectories(people.resolve("Ada Lovelace"));
    Files.write(ada.resolve("1.jpg"), DemoPeople.portrait(known.get(0)));
    Path loud = Files.createDirectories(people.resolve("ada lovelace"));
    Files.write(loud.resolve("2.jpg"), DemoPeople.portrait(known.get(1)));
    Path eve = Files.createDirectories(people.resolve("Eve"));
    try (Picture picture = Picture.decodeStill(DemoPeople.portrait(known.get(2)))) {
      opencv_core.flip(picture.rgb(), picture.rgb(), -1);
      Files.write(eve.resolve("1.jpg"), picture.jpeg(95));
    }
    CommandLineRun enroll = CommandLineRun.of("enroll", people.toString(), "--data", data);
    assertEquals(1, enroll.exitCode(), enroll.out() + enroll.err());
    assertTrue(enroll.out().contains("2 of 3 pictures enrolled, of 2 people."), enroll.out());
    assertTrue(enroll.out().contains("✓ Eve/1.jpg: Eve, turned by 180°"), enroll.out());
    assertTrue(enroll.out().contains("✗ ada lovelace/2.jpg: it does not look"), enroll.out());
    assertTrue(enroll.out().contains("(option --confirm)"), enroll.out());
    assertTrue(enroll.err().contains("1 picture was not enrolled that may show"), enroll.err());

    String second = loud.resolve("2.jpg").toString();
    CommandLineRun alone =
        CommandLineRun.of("enroll", "--person", "ADA lovelace", second, "--data", data);
    assertEquals(2, alone.exitCode(), alone.out() + alone.err());
    CommandLineRun other =
        CommandLineRun.of(
            "enroll", "--person", "ada lovelace", "--id", "ada-2", second, "--data", data);
    assertEquals(0, other.exitCode(), other.out() + other.err());
    CommandLineRun list = CommandLineRun.of("people", "list", "--data", data);
    assertEquals(3, list.out().lines().count(), list.out());
    CommandLineRun which = CommandLineRun.of("people", "show", "Ada Lovelace", "--data", data);
    assertEquals(2, which.exitCode());
    assertTrue(
        which.err().contains("Ada Lovelace (ada-lovelace)")
            && which.err().contains("ada lovelace (ada-2)"),
        which.err());
  }

  @Test
  void whenNobodyCouldBeEnrolledItHasFailed() throws Exception {
    Path words = Files.writeString(folder.resolve("words.jpg"), "no picture");
    CommandLineRun run =
        CommandLineRun.of(
            "enroll",
            "--person",
            "Nobody",
            words.toString(),
            folder.resolve("none.jpg").toString(),
            "--data",
            folder.resolve("data").toString());
    assertEquals(2, run.exitCode(), run.out());
    assertTrue(run.out().contains("there is no such file"), run.out());
    assertTrue(run.err().contains("No picture could be enrolled"), run.err());
  }

  @Test
  void whereThereIsNothingToEnrolNoDataFolderIsMade() throws Exception {
    Path people = Files.createDirectory(folder.resolve("people"));
    Path data = folder.resolve("data");
    CommandLineRun empty =
        CommandLineRun.of("enroll", people.toString(), "--data", data.toString());
    assertEquals(2, empty.exitCode());
    assertEquals(1, empty.err().lines().count(), empty.err());
    assertTrue(empty.err().contains("There is no picture in"), empty.err());
    CommandLineRun over =
        CommandLineRun.of(
            "enroll", "--person", "Ada", "a.jpg", "--expiry", "2020-01-01", "--data", data + "");
    assertEquals(2, over.exitCode());
    assertTrue(over.err().contains("The expiry is in the past"), over.err());
    assertFalse(Files.exists(data));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "enroll",
        "enroll --person Ada",
        "enroll --face gate-1-2-0",
        "enroll --person Ada --face gate-1-2-0 --track gate-1-2-0",
        "enroll --person Ada --face gate-1-2-0 picture.jpg",
        "enroll --person Ada picture.jpg --watch",
        "enroll --person a/b picture.jpg",
        "enroll --person Ada --id Ada picture.jpg",
        "enroll . --id ada",
        "enroll . --watchlist none",
        "enroll --person Ada --face gate-1-2-0 --watchlist Wanted",
        "enroll nowhere"
      })
  void whatDoesNotGoTogetherIsSaidInOneLine(String line) {
    CommandLineRun run = CommandLineRun.of(line.split(" "));
    assertEquals(2, run.exitCode(), run.out());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
