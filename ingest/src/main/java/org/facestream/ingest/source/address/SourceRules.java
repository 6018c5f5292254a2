package org.facestream.ingest.source.address;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.registry.Camera;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.registry.Transport;
import org.facestream.ingest.worker.config.UserError;

/**
 * Which sources an ingest worker opens: {@code rtsp} and {@code rtsps} to hosts that are allowed,
 * {@code http} and {@code https} to hosts that are named, and video files and folders of pictures
 * below the one folder that is set for them. Everything else is refused before a socket or file is
 * opened, because a user who may write to the registry must not be able to make the worker open
 * what only the worker can reach.
 */
public final class SourceRules {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*");
  private static final Pattern LIKE_ADDRESS = Pattern.compile("[@?&=:]");
  private final Optional<Path> filesFolder;
  private final SecretReferences secrets;
  private final HostRules hosts;

  public SourceRules(IngestConfig config) {
    this(config.filesFolder(), config.hosts(), config.secretsFolder(), System.getenv());
  }

  public SourceRules(
      Optional<Path> filesFolder,
      Optional<List<String>> hosts,
      Optional<Path> secretsFolder,
      Map<String, String> environment) {
    this(filesFolder, hosts, secretsFolder, environment, InetAddress::getAllByName);
  }

  public SourceRules(
      Optional<Path> filesFolder,
      Optional<List<String>> hosts,
      Optional<Path> secretsFolder,
      Map<String, String> environment,
      HostRules.Names names) {
    this.filesFolder = filesFolder;
    this.hosts = new HostRules(hosts.orElse(List.of()), names);
    this.secrets = new SecretReferences(secretsFolder, environment);
  }

  /**
   * Checks a camera before it is registered, without resolving its secrets or opening its source; a
   * file must exist.
   *
   * @throws UserError when a URL is refused, or the camera is too large for a record
   */
  public void check(Camera camera) {
    camera.checkSize();
    try {
      SecretReferences.checkForms(camera.url());
      if (!camera.url().startsWith("${")) {
        locate(camera, HostRules.unresolved(camera.url()));
      }
    } catch (SourceException refused) {
      throw new UserError("Camera '%s': %s.".formatted(camera.id(), refused.getMessage()), refused);
    }
    if (camera.closeUpUrl() == null) {
      return;
    }
    try {
      SecretReferences.checkForms(camera.closeUpUrl());
      if (!camera.closeUpUrl().startsWith("${")) {
        locateCloseUp(camera, HostRules.unresolved(camera.closeUpUrl()));
      }
    } catch (SourceException refused) {
      throw new UserError(
          "Camera '%s', close-up-url: %s.".formatted(camera.id(), refused.getMessage()), refused);
    }
  }

  /** The source of a camera, with secrets. */
  public SourceUrl resolve(Camera camera) throws SourceException {
    SourceUrl url = locate(camera, secrets.resolve(camera.url()));
    if (url.live()) {
      hosts.checkAddresses(url.target());
    }
    return url;
  }

  /** The source of a camera's larger stream, with secrets. The camera must have one. */
  public SourceUrl resolveCloseUp(Camera camera) throws SourceException {
    SourceUrl url =
        locateCloseUp(
            camera, secrets.resolve(Objects.requireNonNull(camera.closeUpUrl(), "it has one")));
    hosts.checkAddresses(url.target());
    return url;
  }

  /** Only live streams can be matched in time. */
  private SourceUrl locateCloseUp(Camera camera, String url) throws SourceException {
    if (!SCHEME.matcher(url).matches()) {
      throw refused("it must start with rtsp:// or rtsps://");
    }
    SourceUrl located = locate(camera.withUrl(camera.closeUpUrl()), url);
    if (located.kind().http()) {
      throw refused("Motion JPEG over HTTP has no times: it must start with rtsp:// or rtsps://");
    }
    return located;
  }

  private SourceUrl locate(Camera camera, String url) throws SourceException {
    Matcher scheme = SCHEME.matcher(url);
    if (!scheme.matches()) {
      Path path = path(camera, url);
      return Files.isDirectory(path) ? SourceUrl.pictures(path) : SourceUrl.file(path);
    }
    String name = scheme.group(1).toLowerCase(Locale.ROOT);
    boolean datagrams = camera.transport() == Transport.UDP;
    SourceUrl.Kind rtsp = datagrams ? SourceUrl.Kind.RTSP_UDP : SourceUrl.Kind.RTSP;
    for (SourceUrl.Kind kind :
        List.of(rtsp, SourceUrl.Kind.RTSPS, SourceUrl.Kind.HTTP, SourceUrl.Kind.HTTPS)) {
      if (kind.scheme().equals(name)) {
        if (kind.http() && !hosts.named()) {
          throw notAllowed(
              camera, name, "only for hosts in ingest.hosts; otherwise give rtsp://, rtsps://");
        }
        hosts.check(camera.url(), url);
        if (datagrams && kind != rtsp) {
          throw refused(
              kind.scheme() + " carries the video in its own connection: remove transport udp");
        }
        return new SourceUrl(kind, name + url.substring(name.length()));
      }
    }
    throw notAllowed(
        camera, name, "give rtsp://, rtsps://, http:// or https:// of a host in ingest.hosts");
  }

  private static SourceException notAllowed(Camera camera, String scheme, String instead) {
    // The content of a secret is not shown, not even in place of the scheme.
    String shown = SecretReferences.anyIn(camera.url()) ? "its scheme" : "scheme '" + scheme + "'";
    return refused(
        shown
            + " is not allowed: "
            + instead
            + " or the path of a video file or of a folder of pictures");
  }

  private Path path(Camera camera, String path) throws SourceException {
    if (filesFolder.isEmpty()) {
      throw refused(
          "files are not allowed as sources: start a camera's address with rtsp:// or "
              + "rtsps://, or set ingest.files-folder to the folder of the files");
    }
    try {
      Path folder = filesFolder.get().toRealPath();
      Path file = folder.resolve(path).normalize();
      if (!Files.exists(file)) {
        throw new SourceException(Fault.NOT_FOUND, missing(camera, file));
      }
      Path real = file.toRealPath();
      boolean usable = Files.isRegularFile(real) || Files.isDirectory(real);
      if (!usable || !real.startsWith(folder) || real.equals(folder)) {
        throw refused("it is not a file or folder below ingest.files-folder " + folder);
      }
      return real;
    } catch (InvalidPathException | IOException unreadable) {
      throw new SourceException(Fault.NOT_FOUND, "ingest.files-folder " + filesFolder.get());
    }
  }

  /** It may be a camera's address without a scheme, and contain a password. */
  private static String missing(Camera camera, Path file) {
    boolean plain =
        !SecretReferences.anyIn(camera.url()) && !LIKE_ADDRESS.matcher(camera.url()).find();
    return plain
        ? "file " + file
        : "it looks like a file's path: start a camera's address with rtsp:// or rtsps://";
  }

  private static SourceException refused(String detail) {
    return new SourceException(Fault.URL_REFUSED, detail);
  }
}
