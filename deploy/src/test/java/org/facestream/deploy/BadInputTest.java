package org.facestream.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.deploy.lab.simulation.DemoPeople;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever people get wrong: one line that says what to do, exit code 2, no stack trace. */
@Tag("bare")
class BadInputTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          conifg                                                | config
          config --set nonsense                                 | Value for option '--set'
          config --config DIR                                   | it is a folder
          camera test none.mp4                                  | no file or folder none.mp4
          evaluate --images DIR/none                            | there is no such file or folder
          evaluate --images DIR --pairs DIR/none.txt            | there is no such file or folder
          run --camra door=rtsp://192.0.2.7/                    | --camera
          run --seconds soon --data DIR                         | --seconds
          run --set ingest.fsp=5 --data DIR                     | ingest.fps
          run --set ingest.fps=fast --data DIR                  | ingest.fps
          run --set ingest.fps=900 --data DIR --ephemeral-ports | ingest.fps
          run --config DIR/none.yaml --data DIR                 | none.yaml
          run --camera door=http://192.0.2.7/ --data DIR        | rtsp://
          run --camera door=file:///etc/passwd --data DIR       | rtsp://
          run --camera door --data DIR                          | id=url
          run --start yesterday --as-fast-as-possible --data DIR | --start 'yesterday' is not a time
          run --start 2999-01-01T00:00:00Z --as-fast-as-possible --data DIR | not in the future
          run --start 2026-01-01T00:00:00 --data DIR            | --as-fast-as-possible
          run --camera door=DIR/none.mp4 --data DIR             | none.mp4
          run --cameras DIR/none.yaml --data DIR                | none.yaml
          run --kafka-port 99999 --data DIR                     | 65535
          run --data /proc/facestream                           | --data
          run --seconds 0 --data DIR/new                        | --seconds is 0
          demo --seconds -5 --data DIR/new                      | --seconds is -5
          run --camera door=192.0.2.7/stream --data DIR/new     | rtsp://
          run --camera door=rtsp://u:p@ss/w#1@h/x --data DIR    | percent-encode
          camera add                                            | ID
          camera add two/words rtsp://192.0.2.7/ --data DIR     | two/words
          camera add door 192.0.2.7/stream --data DIR/new       | rtsp://
          camera add door http://192.0.2.7/ --data DIR/new      | rtsp://
          camera add door DIR/none.mp4 --data DIR/new           | ingest.files-folder
          camera add door none.mp4 --data DIR/new --set ingest.files-folder=DIR | none.mp4
          camera add door rtsp://169.254.169.254/ --data DIR/new | may not be a camera
          camera add door rtsp://u:p@ss/w#1@h/x --data DIR/new  | percent-encode
          camera list --data DIR/new                            | no facestream data in DIR/new
          camera remove door --data DIR/new                     | no facestream data in DIR/new
          people list --data DIR/new                            | no facestream data in DIR/new
          people rename Ada Ann --data DIR/new                  | no facestream data in DIR/new
          people forget Ada --data DIR/new                      | no facestream data in DIR/new
          detect DIR/none.jpg                                   | none.jpg
          detect DIR/none.jpg --thresholds 0.6,0.7              | --thresholds
          detect /dev/zero                                      | not a file
          describe /dev/zero                                    | not a file
          enroll DIR --expiry yesterday                         | such as 2027-06-30
          enroll --person Zo�� DIR/none.jpg                     | could not be decoded
          detect DIR/none.jpg --min-face 3                      | 12
          detect DIR/none.jpg --factor 1                        | --factor is 1.0: it must be above 0, below 0.99
          detect DIR/none.jpg --max-scales 0                    | --max-scales
          detect DIR/none.jpg --max-faces 0                     | --max-faces
          detect DIR/none.jpg --device tpu                      | cpu
          detect DIR/none.jpg --set detector.device=tpu         | cpu
          detect DIR/none.jpg --set detector.min-face-size=3    | 12
          detect DIR/none.jpg --set detector.min-face-siz=60    | detector.min-face-size
          detect DIR/none.jpg --config DIR/none.yaml            | none.yaml
          detect DIR/none.jpg --draw DIR/out.bmp                | .png
          detect DIR/none.jpg --draw /proc/facestream           | /proc/facestream
          bench detector --set detector.min-face-siz=60         | detector.min-face-size
          bench detector --set detector.thresholds=0.6          | 3 numbers
          model convert DIR                                     | DIR
          """)
  void isToldInOneLine(String arguments, String hint) {
    refused(hint.replace("DIR", folder.toString()), arguments.split(" +"));
    assertFalse(Files.exists(folder.resolve("new")), "a folder was made for nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://192.0.2.7/                       | rtsp://
          rtsp://169.254.169.254/latest/meta-data | may not be a camera
          rtsp://u:p@ss/w#1@h/x                   | percent-encode
          none.mp4                                | ingest.files-folder
          """)
  void aCameraFileWithASourceThatIsRefused(String url, String hint) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("cameras.yaml"),
            "cameras:\n  - {id: hall, url: rtsp://192.0.2.8/s}\n  - {id: door, url: '%s'}\n"
                .formatted(url));
    refused(hint, "camera", "apply", file.toString(), "--data", "DIR/new");
    assertFalse(Files.exists(folder.resolve("new")), "a folder was made for nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run --cameras rtsp://u:hunter2@127.0.0.1:9/x",
        "camera apply -f rtsp://u:hunter2@127.0.0.1:9/x",
        "camera add door rtsp://127.0.0.1:9/x rtsp://u:hunter2@127.0.0.1:9/x",
        "camera rtsp://u:hunter2@127.0.0.1:9/x",
        "rtsp://u:hunter2@127.0.0.1:9/x",
        "detect rtsp://u:hunter2@127.0.0.1:9/x"
      })
  void anAddressInTheWrongPlaceShowsNoPassword(String arguments) {
    CommandLineRun run = CommandLineRun.of(arguments.split(" "));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("127.0.0.1:9/x"), run.err());
    assertFalse((run.out() + run.err()).contains("hunter2"), run.err());
  }

  @Test
  void aFileInPlaceOfTheDataFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused("a file of that name exists", "run", "--data", file.toString());
  }

  @Test
  void aDataFolderThatAnotherProcessUses() throws IOException {
    Path data = folder.resolve("data");
    try (DataFolder taken = DataFolder.take(data, 0)) {
      refused("in use by another facestream", "run", "--data", taken.path().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"--kafka-port", "--database-port", "--http-port"})
  void aPortInUse(String option) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      List<String> arguments =
          new ArrayList<>(List.of("run", "--data", folder.resolve("data").toString()));
      for (String each : List.of("--kafka-port", "--database-port", "--http-port")) {
        arguments.add(each);
        arguments.add(each.equals(option) ? String.valueOf(taken.getLocalPort()) : "0");
      }
      refused(option, arguments.toArray(String[]::new));
    }
    assertFalse(Files.exists(folder.resolve("data")), "an empty data folder is left");
  }

  @Test
  void aPictureThatIsNone() throws IOException {
    Path picture = Files.writeString(folder.resolve("words.jpg"), "no picture");
    refused("words.jpg", "detect", picture.toString());
  }

  @Test
  void aCameraFileThatIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("cameras.yaml"), new byte[] {(byte) 0xff, 1, 2});
    refused("it is not text in UTF-8", "camera", "apply", "-f", file.toString());
  }

  @Test
  void aConfigurationFileWithAnUnknownKey() throws IOException {
    Path file = Files.writeString(folder.resolve("f.yaml"), "ingest:\n  max-widht: 640\n");
    refused("ingest.max-width", "config", "--config", file.toString());
  }

  @Test
  void aPlaceWhereNothingCanBeDrawn() throws IOException {
    Path picture = folder.resolve("ada.jpg");
    Files.write(picture, DemoPeople.portrait(DemoPeople.all().get(0)));
    CommandLineRun run =
        CommandLineRun.of("detect", picture.toString(), "--draw", folder + "/none/out.png");
    assertEquals(2, run.exitCode());
    assertEquals(
        "facestream: Cannot write %s/none/out.png: there is no such file or folder."
            .formatted(folder),
        run.err().strip());
  }

  /** What a worker refuses is not to be looked for below its configuration. */
  @Test
  void aWorkerSaysOnlyWhatItRefuses() throws Exception {
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "detector",
                "--set",
                "worker.http-port=0",
                "--set",
                "detector.batch=0")
            .redirectErrorStream(true)
            .start();
    String said = new String(worker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, worker.waitFor());
    assertEquals(
        "facestream: detector.batch is '0' on the command line: it must be an integer, 1 to 1024 (default 16).",
        said.strip());
  }

  @Test
  void aFullDisk() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        "root".equals(System.getProperty("user.name"))
            && run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString()) == 0,
        "no small disk can be mounted here: a full disk was not tried");
    try {
      refused("MB are free", "run", "--data", small.toString());
    } finally {
      assertEquals(0, run("umount", small.toString()));
    }
  }

  @Test
  void showsWhereAnErrorComesFromOnDemand() {
    CommandLineRun run = CommandLineRun.of("detect", folder + "/none.jpg", "--stacktrace");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("\tat org.facestream."), run.err());
  }

  private void refused(String hint, String... arguments) {
    String[] real =
        Arrays.stream(arguments)
            .map(argument -> argument.replace("DIR", folder.toString()))
            .toArray(String[]::new);
    CommandLineRun run = CommandLineRun.of(real);
    assertEquals(2, run.exitCode(), run.err());
    List<String> complaints =
        run.err().lines().filter(line -> line.startsWith("facestream: ")).toList();
    assertEquals(1, complaints.size(), run.err());
    assertTrue(complaints.get(0).contains(hint), complaints.get(0));
    assertFalse(run.err().contains("\tat "), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
    assertEquals("", run.out());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }
}
