package org.facestream.ingest.camera;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        "tcp://127.0.0.1:554?auth=s3cr3t"
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
        "clips/key=1.mp4",
      })
  void aReferenceToOneIsNoPassword(String url) {
    assertFalse(MaskedUrl.holdsPassword(url));
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
