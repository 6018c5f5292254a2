package org.facestream.ingest.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedUrlTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://admin:s3cr3t@192.0.2.7:554/stream",
        "RTSPS://admin:s3cr3t@host/stream",
        "rtsp://admin:p@ss:s3cr3t@host/stream",
        "rtsp://admin:a/s3cr3t@host/stream",
        "rtsp://admin:a?s3cr3t#@host/stream",
        "rtsp://admin:a s3cr3t@host/stream",
        "rtsp://s3cr3t@host/stream",
        "rtsp://host/stream?user=a&password=s3cr3t",
        "rtsp://host/user=admin_password=s3cr3t_channel=1.sdp",
        "rtsp://host/s;token=s3cr3t;x",
        "http://host/?s3cr3t",
        "  rtsp://admin:s3cr3t@host/",
        "password=s3cr3t",
        "rtsp:/admin:s3cr3t@host/",
        "tcp://127.0.0.1:554?auth=s3cr3t",
        "rtsp://h/u=admin&p=s3cr3t",
        "rtsp://h/u=admin&P=s3cr3t&x=1",
        "rtsp://h/user=admin&pw=x/s3cr3t",
        "rtsp://h/psd=s3cr3t/1",
        "rtsp://h/1;pw=s3cr3t",
        "rtsp://h/s#pw=s3cr3t",
        "rtsp://h/s#s3cr3t",
        "rtsp://h/s#a?s3cr3t",
        "rtsp://h/s?a#s3cr3t",
        "rtsp://viewer:s3cr3t${secret:DOOR}s3cr3t@h/s",
        "rtsp://s3cr3t:${secret:DOOR}@h/s",
        "rtsp://viewer:${secret:DOOR/s3cr3t}@h/s",
        "rtsp://h/s?s3cr3t=${secret:DOOR}&password=s3cr3t",
        "rtsp://h/password=s3cr3t${env:A}s3cr3t",
        "rtsp://\uE000s3cr3t:${secret:DOOR}s3cr3t@h/s"
      })
  void noSecretIsLeft(String url) {
    assertFalse(MaskedUrl.of(url).contains("s3cr3t"), MaskedUrl.of(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://viewer:hunter2@192.0.2.7/s",
        "rtsp://viewer:a${secret:DOOR}@192.0.2.7/s",
        "rtsp://p@ss:word@192.0.2.7/s",
        "rtsp://viewer:12345#9@192.0.2.7/s",
        "rtsp://192.0.2.7/u=admin&p=hunter2",
        "rtsp://192.0.2.7/user=admin&pw=hunter2",
        "rtsp://192.0.2.7/psd=hunter2",
        "rtsp://192.0.2.7/s#pw=hunter2",
        "rtsp://viewer:12/45@192.0.2.7/s",
        "rtsp://192.0.2.7/s?user=a&password=hunter2",
        "rtsp://192.0.2.7/user=admin_password=hunter2_channel=1.sdp",
      })
  void aPasswordIsNoticed(String url) {
    assertTrue(MaskedUrl.holdsPassword(url));
    assertTrue(Camera.of("a", url).holdsPassword());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rtsp://192.0.2.7:554/s",
        "rtsp://viewer@192.0.2.7:554/s",
        "rtsp://viewer:@192.0.2.7/s",
        "rtsp://viewer:${secret:DOOR}@192.0.2.7/s",
        "rtsp://${env:USER}:${env:DOOR}@192.0.2.7/s",
        "rtsp://192.0.2.7/s?user=a&password=${secret:DOOR}&channel=1",
        "${secret:DOOR_URL}",
        "rtsp://192.0.2.7/password=${secret:DOOR}/1",
        "rtsp://192.0.2.7/stop=1",
        "clips/key=1.mp4",
      })
  void aReferenceToOneIsNoPassword(String url) {
    assertFalse(MaskedUrl.holdsPassword(url));
  }

  @ParameterizedTest
  @CsvSource({
    "rtsp://viewer:${secret:DOOR}@h/s, rtsp://****:${secret:DOOR}@h/s",
    "rtsp://${env:USER}:${env:DOOR}@h/s, rtsp://${env:USER}:${env:DOOR}@h/s",
    "rtsp://viewer:a${secret:DOOR}b@h/s, rtsp://****${secret:DOOR}****@h/s",
    "rtsp://h/s?user=a&password=${secret:DOOR}&b=1, rtsp://h/s?****${secret:DOOR}****",
    "rtsp://h/u=a&pw=${secret:DOOR}, rtsp://h/u=a&pw=${secret:DOOR}",
    "rtsp://h/${secret:PATH}/1, rtsp://h/${secret:PATH}/1",
    "${secret:DOOR_URL}, ${secret:DOOR_URL}",
    "rtsp://u:p@h/s, rtsp://****@h/s",
    "rtsp://h/s#a, rtsp://h/s#****",
  })
  void aReferenceIsShownAndNothingElse(String url, String shown) {
    assertEquals(shown, MaskedUrl.of(url));
    assertEquals("no " + shown + " there", MaskedUrl.in("no " + url + " there"));
  }

  @Test
  void whatHelpsIsKept() {
    assertEquals("rtsp://****@192.0.2.7:554/a/b", MaskedUrl.of("rtsp://u:p@192.0.2.7:554/a/b"));
    assertEquals("rtsp://192.0.2.7/a", MaskedUrl.of("rtsp://192.0.2.7/a"));
    assertEquals("clips/door.mp4", MaskedUrl.of("clips/door.mp4"));
    assertEquals("rtsp://[2001:db8::7]:554/a", MaskedUrl.of("rtsp://[2001:db8::7]:554/a"));
  }

  @Test
  void everyUrlInATextIsMasked() {
    assertEquals(
        "from 'rtsp://****@h/1' to rtsp://****@h/2 failed",
        MaskedUrl.in("from 'rtsp://a:b@h/1' to rtsp://c:d@h/2 failed"));
    assertEquals("nothing: here", MaskedUrl.in("nothing: here"));
  }
}
