package org.facestream.ingest.source.address;

import java.nio.file.Path;
import java.util.Optional;
import org.facestream.ingest.registry.MaskedUrl;

/**
 * The checked address of a source, with secrets. Its text form contains no credentials.
 *
 * @param kind what it is opened as
 * @param target the address for FFmpeg; secret
 */
public record SourceUrl(Kind kind, String target) {

  /** Every decoder that FFmpeg has. */
  public static final String ANY = "";

  /**
   * How a source is opened, with everything that FFmpeg may use for it, so that no URL and no file
   * can make it open something else.
   */
  public enum Kind {
    RTSP("rtsp", "rtsp", "rtp,tcp", "h264,hevc,mjpeg"),
    RTSP_UDP("rtsp", "rtsp", "rtp,udp,tcp", "h264,hevc,mjpeg"),
    RTSPS("rtsps", "rtsp", "rtp,tls,tcp", "h264,hevc,mjpeg"),
    /** Motion JPEG, read by {@link HttpPictures}. */
    HTTP("http", "", "", "mjpeg"),
    HTTPS("https", "", "", "mjpeg"),
    /**
     * Files in the configured folder are trusted more than network data: every decoder, and every
     * container that does not refer to other files. Audio files are opened too, so that the error
     * is "no video".
     */
    FILE(
        "",
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,live_flv,asf,mxf"
            + ",gxf,dv,rm,ivr,ogg,nut,nsv,wtv,ty,pva,dhav,lxf,ivf,obu,av1,vc1,h261,h263,h264,hevc,vvc"
            + ",cavsvideo,dirac,dnxhd,mjpeg,mjpeg_2000,smjpeg,yuv4mpegpipe,gif,apng,nuv,swf,vivo,roq"
            + ",flic,smk,bink,film_cpk,cine,ipmovie,mlv,wav,mp3,aac,flac",
        "file",
        ANY),
    /** A folder of pictures, read by {@link PictureFolder}. */
    PICTURES("", "", "", "mjpeg,png");

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
    public String formats() {
      return formats;
    }

    /** Names of FFmpeg's protocols. */
    public String protocols() {
      return protocols;
    }

    /**
     * Protocols that remain allowed while the camera is being connected: only those that carry the
     * video. An RTSP server may redirect to another address, which must not be opened without a
     * check. A prefix of {@link #protocols}.
     */
    public String protocolsOnceConnected() {
      return switch (this) {
        case RTSP, RTSPS -> "rtp";
        case RTSP_UDP -> "rtp,udp";
        case HTTP, HTTPS, FILE, PICTURES -> protocols;
      };
    }

    /** FFmpeg's name of the transport. */
    public String transport() {
      return this == RTSP_UDP ? "udp" : "tcp";
    }

    /** Whether it is Motion JPEG over HTTP. */
    public boolean http() {
      return this == HTTP || this == HTTPS;
    }

    /** Names of FFmpeg's decoders, separated by commas; {@link #ANY} for all of them. */
    public String codecs() {
      return codecs;
    }
  }

  public static SourceUrl file(Path file) {
    return new SourceUrl(Kind.FILE, file.toAbsolutePath().toString());
  }

  public static SourceUrl pictures(Path folder) {
    return new SourceUrl(Kind.PICTURES, folder.toAbsolutePath().toString());
  }

  /** Whether pictures arrive when they are taken, and not as fast as they are read. */
  public boolean live() {
    return switch (kind) {
      case RTSP, RTSP_UDP, RTSPS, HTTP, HTTPS -> true;
      case FILE, PICTURES -> false;
    };
  }

  /** The host of a camera; empty when there is none that is valid. */
  public Optional<String> host() {
    return HostRules.host(target);
  }

  @Override
  public String toString() {
    return MaskedUrl.of(target);
  }
}
