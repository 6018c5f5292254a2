package org.facestream.ingest.camera;

import java.nio.file.Path;

/**
 * Where a source is, checked, with its secrets in place. Its text shows no credentials.
 *
 * @param kind what it is opened as
 * @param target what FFmpeg is given; secret
 */
record SourceUrl(Kind kind, String target) {

  /**
   * What a source is opened as, each with everything FFmpeg may use for it: so that no URL and no
   * file can make it open something else.
   */
  enum Kind {
    RTSP("rtsp", "rtsp", "rtp,tcp", "h264,hevc,mjpeg"),
    RTSPS("rtsps", "rtsp", "rtp,tls,tcp", "h264,hevc,mjpeg"),
    FILE(
        "",
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,h264,hevc,mjpeg,gif",
        "file",
        "h264,hevc,mjpeg,mpeg4,mpeg1video,mpeg2video,vp8,vp9,libdav1d,av1,gif,rawvideo");

    private final String scheme;
    private final String formats;
    private final String protocols;
    private final String codecs;

    Kind(String scheme, String formats, String protocols, String codecs) {
      this.scheme = scheme;
      this.formats = formats;
      this.protocols = protocols;
      this.codecs = codecs;
    }

    String scheme() {
      return scheme;
    }

    /** Names of FFmpeg's demuxers. */
    String formats() {
      return formats;
    }

    /** Names of FFmpeg's protocols. */
    String protocols() {
      return protocols;
    }

    /** Names of FFmpeg's decoders. */
    String codecs() {
      return codecs;
    }
  }

  static SourceUrl file(Path file) {
    return new SourceUrl(Kind.FILE, file.toAbsolutePath().toString());
  }

  boolean live() {
    return kind != Kind.FILE;
  }

  @Override
  public String toString() {
    return MaskedUrl.of(target);
  }
}
