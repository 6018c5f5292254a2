package org.facestream.ingest.source.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.Transport;
import org.facestream.ingest.worker.config.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceRulesTest {
  @TempDir private Path folder;
  private Path clips;
  private SourceRules rules;

  @BeforeEach
  void write() throws IOException {
    clips = Files.createDirectories(folder.resolve("clips"));
    Files.writeString(clips.resolve("door.mp4"), "x");
    Files.writeString(folder.resolve("outside.mp4"), "x");
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(secrets.resolve("DOOR"), "p@ss/w ord%\n");
    rules =
        new SourceRules(
            Optional.of(clips),
            Optional.empty(),
            Optional.of(secrets),
            Map.of("CAMERA_USER", "viewer", "CAMERA_URL", "rtsp://u:p@h/s"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://192.0.2.7/s",
        "https://192.0.2.7/s",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "concat:a|b",
        "subfile,,start,0,end,0,,:/etc/passwd",
        "data:video/mp4;base64,AAAA",
        "udp://192.0.2.7:1",
        "rtp://192.0.2.7:1",
        "pipe:0",
        "crypto+http://h/",
        "rtsp:192.0.2.7/s",
        "rtsp:///s",
        "rtsp://u:p@/s",
        "rtsp://u:p@ss/w#1@h/x",
        "rtsp://u:p@ss?w@h/x",
        "rtsp://169.254.169.254/latest/meta-data",
        "rtsp://u:p@169.254.169.254/s",
        "rtsp://169.254.169.254./s",
        "rtsp://192.0.2.7:99999/s",
        "rtsp://u:${secret:../../etc/passwd}@192.0.2.7/s",
        "rtsp://2852039166/s",
        "rtsp://0xa9fea9fe/s",
        "rtsp://0251.0376.0251.0376/s",
        "rtsp://169.16689662/s",
        "rtsp://169.254.170.23/s",
        "rtsp://168.63.129.16/s",
        "rtsp://[fd00:ec2::254]/s",
        "rtsp://[fd00:ec2:0::23]/s",
        "rtsp://[::ffff:169.254.169.254]/s",
        "rtsp://[fd00:0ec2:0::0254]/s",
        "rtsp://[0:0:0:0:0:ffff:a9fe:a9fe]/s",
        "rtsp://metadata.google.internal/s",
        "rtsp://[fe80::a9fe:a9fe]/s",
        "rtsp://[fe80::a9fe:a9fe%25eth0]/s",
        "rtsp://[fe80::1%25eth0]/s",
        "rtsp://[FE80::1]/s",
        "rtsp://[febf::1]/s",
        "rtsp://[fd20:ce::254]/s",
        "rtsp://[fd00:42::42]/s",
        "rtsp://[fd00:c1::a9fe:a9fe]/s",
        "rtsp://[fd00:c1::169.254.169.254]/s",
        "rtsp://169.254.42.42/s",
        "rtsp://169.254.0.23/s",
        "rtsp://169.254.10.20/s",
        "rtsp://[64:ff9b::a9fe:a9fe]/s",
        "rtsp://[64:ff9b::a9fe:a14]/s",
        "rtsp://[64:ff9b:1::a9fe:a9fe]/s",
        "rtsp://[64:ff9b:1:7::a9fe:a14]/s",
        "rtsp://[2002:a9fe:a9fe::]/s",
        "rtsp://[2002:a9fe:a14::7]/s",
        "rtsp://[::a9fe:a9fe]/s",
        "rtsp://[::169.254.10.20]/s",
        "rtsp://[2001:db8:64::a9fe:a9fe]/s",
        "/etc/passwd",
        "../outside.mp4",
        "clips/../../outside.mp4",
      })
  void everythingElseIsRefusedBeforeItIsOpened(String url) {
    Camera camera = Camera.of("a", url);
    Fault fault = assertThrows(SourceException.class, () -> rules.resolve(camera)).fault();
    assertTrue(fault == Fault.URL_REFUSED || fault == Fault.NOT_FOUND, url + ": " + fault);
    assertThrows(UserError.class, () -> rules.check(camera));
  }

  @Test
  void aLinkOutOfTheFolderIsRefused() throws IOException {
    Files.createSymbolicLink(clips.resolve("link.mp4"), folder.resolve("outside.mp4"));
    assertEquals(Fault.URL_REFUSED, fault("link.mp4"));
    assertEquals(Fault.URL_REFUSED, fault(folder.resolve("outside.mp4").toString()));
    assertEquals(Fault.NOT_FOUND, fault("missing.mp4"));
    assertEquals(Fault.URL_REFUSED, fault("."));
  }

  @Test
  void filesBelowTheFolderAndCamerasAreAllowed() throws SourceException, IOException {
    SourceUrl file = rules.resolve(Camera.of("a", "door.mp4"));
    assertEquals(SourceUrl.Kind.FILE, file.kind());
    assertEquals(clips.toRealPath().resolve("door.mp4").toString(), file.target());
    assertEquals(file, rules.resolve(Camera.of("a", clips.resolve("door.mp4").toString())));
    assertEquals(
        new SourceUrl(SourceUrl.Kind.RTSP, "rtsp://192.0.2.7:554/s?x=1"),
        rules.resolve(Camera.of("a", "RTSP://192.0.2.7:554/s?x=1")));
    assertEquals(
        SourceUrl.Kind.RTSPS, rules.resolve(Camera.of("a", "rtsps://door.example/s")).kind());
    rules.resolve(Camera.of("a", "rtsp://[2001:db8::7]:554/s"));
    rules.resolve(Camera.of("a", "rtsp://[fd12:3456::a:7]/s"));
    rules.resolve(Camera.of("a", "rtsp://[64:ff9b::192.0.2.7]/s"));
    rules.resolve(Camera.of("a", "rtsp://[::1]/s"));
    rules.resolve(Camera.of("a", "rtsp://192.0.2.7/user%40site/s"));
  }

  /** The user's name, or a piece of the password, would be taken for the host. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://viewer:12345#9@127.0.0.1:40555/a",
        "rtsp://viewer:12/345@127.0.0.1:40555/a",
        "rtsp://viewer:1?5@127.0.0.1/a",
        "rtsp://viewer:#9@127.0.0.1/a",
        "rtsp://viewer/hunter2@127.0.0.1/a",
        "rtsp://192.0.2.7/user@site/s",
        "rtsp://u:1@x/y@192.0.2.7/s",
        "rtsp://${env:CAMERA_USER}:12/34@192.0.2.7/s",
        "rtsp://${env:PLACE}/s",
        "${env:PLACED}",
      })
  void anAtSignBehindTheHostIsRefusedWithWhatToDo(String url) {
    SourceRules strict =
        new SourceRules(
            Optional.empty(),
            Optional.of(List.of("127.0.0.1")),
            Optional.empty(),
            Map.of(
                "PLACE", "viewer:12/345@127.0.0.1",
                "PLACED", "rtsp://viewer:12/345@127.0.0.1/s",
                "CAMERA_USER", "viewer"));
    Camera camera = Camera.of("a", url);
    String why = assertThrows(SourceException.class, () -> strict.resolve(camera)).getMessage();
    assertTrue(why.contains("'@' after the host; percent-encode"), why);
    assertFalse(why.contains("viewer"), why);
    if (!url.contains("PLACE")) {
      why = assertThrows(UserError.class, () -> strict.check(camera)).getMessage();
      assertTrue(why.contains("'@' after the host; percent-encode"), why);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rtsp://0251.0376.0251.0376/s|four decimal numbers",
        "rtsp://u:p@010.1.1.1:554/s|four decimal numbers",
        "rtsp://192.168.1/s|four decimal numbers",
        "rtsp://3232235777:554/s|four decimal numbers",
        "rtsp://0xa9fea9fe/s|four decimal numbers",
        "rtsp://192.0.2.256/s|four decimal numbers",
        "rtsp://192.0.2.7:0/s|a port is 1 to 65535",
        "rtsp://192.0.2.7:00/s|a port is 1 to 65535",
        "rtsp://u:${secret:DOOR@192.0.2.7/s|no closing brace",
        "rtsp://u:${secret:DOOR}@192.0.2.7/${s|no closing brace",
        "rtsp://12345#9@192.0.2.7/s|after the host; percent",
      })
  void aMistakeIsCalledWhatItIs(String url, String why) {
    Camera camera = Camera.of("a", url);
    String said = assertThrows(UserError.class, () -> rules.check(camera)).getMessage();
    assertTrue(said.contains(why), said);
    said = assertThrows(SourceException.class, () -> rules.resolve(camera)).getMessage();
    assertTrue(said.contains(why), said);
  }

  @Test
  void whatMightNotFitIntoARecordIsRefusedBeforeItIsWritten() {
    Camera tagged =
        Camera.of("a", "rtsp://192.0.2.7/s").withTags(Collections.nCopies(3000, "north"));
    String why = assertThrows(UserError.class, () -> rules.check(tagged)).getMessage();
    assertTrue(why.contains("at most 64 tags"), why);
  }

  @Test
  void aSecretBehindAHostThatIsWrittenOutMayHoldAnyCharacter() throws SourceException {
    assertEquals(
        "rtsp://192.0.2.7/s?p=p@ss/w ord%",
        rules.resolve(Camera.of("a", "rtsp://192.0.2.7/s?p=${secret:DOOR}")).target());
  }

  @Test
  void withoutAFolderNoFileIsASource() {
    SourceRules strict =
        new SourceRules(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    String why =
        assertThrows(UserError.class, () -> strict.check(Camera.of("a", "door.mp4"))).getMessage();
    assertTrue(why.contains("ingest.files-folder"), why);
  }

  @Test
  void hostsCanBeLimited() throws SourceException {
    SourceRules limited =
        new SourceRules(
            Optional.empty(), Optional.of(List.of("192.0.2.7")), Optional.empty(), Map.of());
    limited.resolve(Camera.of("a", "rtsp://u:p@192.0.2.7:8554/s"));
    Camera other = Camera.of("a", "rtsp://192.0.2.7@192.0.2.8/s");
    assertThrows(SourceException.class, () -> limited.resolve(other));
  }

  @Test
  void aLinkLocalCameraIsAllowedWhenItIsNamedButNoMetadataAddress() throws SourceException {
    List<String> named =
        List.of(
            "169.254.10.20",
            "fe80::1",
            "[FE80::2%eth0]",
            "Gate",
            "169.254.169.254",
            "fd20:ce::254");
    SourceRules limited =
        new SourceRules(
            Optional.empty(),
            Optional.of(named),
            Optional.empty(),
            Map.of(),
            host -> InetAddress.getAllByName(host.equals("gate") ? "169.254.3.4" : host));
    limited.resolve(Camera.of("a", "rtsp://u:p@169.254.10.20/s"));
    limited.resolve(Camera.of("a", "rtsp://[fe80::1]:8554/s"));
    limited.resolve(Camera.of("a", "rtsp://[fe80::1%25eth0]/s"));
    limited.resolve(Camera.of("a", "rtsp://[fe80::2]/s"));
    limited.resolve(Camera.of("a", "rtsp://GATE./s"));
    for (String host : List.of("169.254.169.254", "[fd20:ce::254]", "169.254.10.21", "[fe80::3]")) {
      Camera camera = Camera.of("a", "rtsp://" + host + "/s");
      assertThrows(SourceException.class, () -> limited.resolve(camera), host);
      assertThrows(UserError.class, () -> limited.check(camera), host);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.169.254", "169.254.9.9", "fd20:ce::254", "64:ff9b::a9fe:a9fe", "fe80::7"})
  void aNameThatLeadsToAReservedAddressIsRefusedWhenItIsResolved(String address) {
    SourceRules named =
        new SourceRules(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            host ->
                new InetAddress[] {
                  InetAddress.getByName("192.0.2.7"), InetAddress.getByName(address)
                });
    Camera camera = Camera.of("a", "rtsp://camera.example/s");
    named.check(camera);
    assertEquals(
        Fault.URL_REFUSED,
        assertThrows(SourceException.class, () -> named.resolve(camera)).fault());
  }

  @Test
  void secretsComeFromFilesAndEnvironmentEncodedWhereTheyMustBe() throws SourceException {
    SourceUrl url =
        rules.resolve(Camera.of("a", "rtsp://${env:CAMERA_USER}:${secret:DOOR}@192.0.2.7/s"));
    assertEquals("rtsp://viewer:p%40ss%2Fw%20ord%25@192.0.2.7/s", url.target());
    assertFalse(url.toString().contains("viewer"), url.toString());
    assertEquals("rtsp://u:p@h/s", rules.resolve(Camera.of("a", "${env:CAMERA_URL}")).target());
    rules.check(Camera.of("a", "rtsp://${env:CAMERA_USER}:${secret:ELSEWHERE}@192.0.2.7/s"));
  }

  @Test
  void theStreamOfCloseUpsObeysTheSameRulesAndIsNoFile() throws SourceException {
    Camera camera = Camera.of("a", "door.mp4");
    Camera secret = camera.withCloseUpUrl("rtsp://${env:CAMERA_USER}:${secret:DOOR}@192.0.2.7/m");
    rules.check(secret);
    SourceUrl url = rules.resolveCloseUp(secret);
    assertEquals("rtsp://viewer:p%40ss%2Fw%20ord%25@192.0.2.7/m", url.target());
    assertEquals(SourceUrl.Kind.RTSP, url.kind());
    for (String bad :
        new String[] {
          "door.mp4", "file:door.mp4", "http://h/s", "rtsp://169.254.169.254/s", "rtsp://u:${x}@h/s"
        }) {
      Camera refused = camera.withCloseUpUrl(bad);
      String why = assertThrows(UserError.class, () -> rules.check(refused), bad).getMessage();
      assertTrue(why.startsWith("Camera 'a', close-up-url: "), why);
      assertThrows(SourceException.class, () -> rules.resolveCloseUp(refused), bad);
    }
    SourceRules limited =
        new SourceRules(
            Optional.empty(), Optional.of(List.of("192.0.2.7")), Optional.empty(), Map.of());
    Camera other = Camera.of("a", "rtsp://192.0.2.7/s").withCloseUpUrl("rtsp://192.0.2.8/s");
    assertThrows(UserError.class, () -> limited.check(other));
    assertThrows(SourceException.class, () -> limited.resolveCloseUp(other));
  }

  @Test
  void missingSecretsAreNamedAndPathsAreNoNames() {
    assertEquals(Fault.SECRET_MISSING, fault("rtsp://u:${secret:NONE}@h/s"));
    assertEquals(Fault.SECRET_MISSING, fault("rtsp://u:${env:NONE}@h/s"));
    assertEquals(Fault.URL_REFUSED, fault("rtsp://u:${secret:../clips/door.mp4}@h/s"));
    assertEquals(Fault.URL_REFUSED, fault("rtsp://u:${file:x}@h/s"));
    assertEquals(Fault.URL_REFUSED, fault("rtsp://u:${secret:..}@h/s"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.7/s?user=admin&password=hunter2",
        "admin:hunter2@192.0.2.7/s",
        "hunter2:x@192.0.2.7/s",
        "192.0.2.7/admin/hunter2",
        "http://admin:hunter2@192.0.2.7/s",
        "rtsp:admin:hunter2@192.0.2.7/s",
        "rtsp://admin:hunter2/@192.0.2.7/s",
      })
  void aRefusedSecretIsNotShown(String secret) {
    SourceRules files =
        new SourceRules(
            Optional.of(clips), Optional.empty(), Optional.empty(), Map.of("CAM", secret));
    Camera camera = Camera.of("a", "${env:CAM}");
    String why = assertThrows(SourceException.class, () -> files.resolve(camera)).getMessage();
    assertFalse(why.contains("hunter2"), why);
  }

  @Test
  void aForgottenSchemeShowsNoPasswordAndAMissingFileIsNamed() {
    Camera forgotten = Camera.of("a", "192.0.2.7/s?user=admin&x=hunter2");
    String why = assertThrows(SourceException.class, () -> rules.resolve(forgotten)).getMessage();
    assertTrue(why.contains("rtsp://") && !why.contains("hunter2"), why);
    Camera missing = Camera.of("a", "missing.mp4");
    why = assertThrows(SourceException.class, () -> rules.resolve(missing)).getMessage();
    assertTrue(why.contains("missing.mp4"), why);
  }

  @Test
  void aSecretCannotChangeTheKindOfSource() {
    SourceRules hostile =
        new SourceRules(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of("URL", "http://169.254.169.254/"));
    assertThrows(SourceException.class, () -> hostile.resolve(Camera.of("a", "${env:URL}")));
  }

  private Fault fault(String url) {
    return assertThrows(SourceException.class, () -> rules.resolve(Camera.of("a", url))).fault();
  }

  @Test
  void motionJpegOverHttpOnlyFromHostsThatAreNamed() throws SourceException {
    SourceRules named =
        new SourceRules(
            Optional.empty(), Optional.of(List.of("192.0.2.7")), Optional.empty(), Map.of());
    assertEquals(
        SourceUrl.Kind.HTTP,
        named.resolve(Camera.of("door", "HTTP://u:p@192.0.2.7:8080/video?x=1")).kind());
    assertEquals(
        SourceUrl.Kind.HTTPS, named.resolve(Camera.of("door", "https://192.0.2.7/video")).kind());
    for (String elsewhere :
        List.of(
            "http://192.0.2.8/v",
            "http://192.0.2.7@192.0.2.8/v",
            "http://169.254.169.254/latest")) {
      SourceException refused =
          assertThrows(
              SourceException.class, () -> named.resolve(Camera.of("door", elsewhere)), elsewhere);
      assertEquals("url-refused", refused.reason());
    }
    SourceException nobody =
        assertThrows(
            SourceException.class, () -> rules.resolve(Camera.of("door", "http://192.0.2.7/v")));
    assertTrue(nobody.getMessage().contains("ingest.hosts"), nobody.getMessage());
    Camera closeUp =
        Camera.of("door", "rtsp://192.0.2.7/s").withCloseUpUrl("http://192.0.2.7/video");
    assertTrue(
        assertThrows(UserError.class, () -> named.check(closeUp)).getMessage().contains("rtsp://"));
    Camera datagrams = Camera.of("door", "http://192.0.2.7/video").withTransport(Transport.UDP);
    assertTrue(
        assertThrows(UserError.class, () -> named.check(datagrams)).getMessage().contains("udp"));
  }
}
