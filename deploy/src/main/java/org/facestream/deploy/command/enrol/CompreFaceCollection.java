package org.facestream.deploy.command.enrol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.facestream.deploy.command.OwnerOnly;
import org.facestream.ingest.worker.config.UserError;

/**
 * The pictures of an import: of a server, kept in a folder or not, or of the folder that was
 * written from one. A picture that is in the folder is not downloaded again.
 */
final class CompreFaceCollection {
  /** What may become a file's name. */
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z-]{1,64}");

  private static final String ENDING = ".picture";

  private final Optional<CompreFaceServer> server;
  private final Optional<Path> folder;

  CompreFaceCollection(Optional<CompreFaceServer> server, Optional<Path> folder) {
    this.server = server;
    this.folder = folder;
  }

  /** What is to be imported, those of one subject together. */
  List<CompreFaceServer.Image> images() throws IOException {
    return server.isPresent() ? server.get().images() : inFolder(folder.orElseThrow());
  }

  private static List<CompreFaceServer.Image> inFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new UserError("--folder %s is not there.".formatted(folder));
    }
    List<CompreFaceServer.Image> images = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder, 2)) {
      files
          .filter(file -> file.getFileName().toString().endsWith(ENDING))
          .filter(file -> !folder.equals(file.getParent()))
          .sorted()
          .forEach(
              file -> {
                Path subject = java.util.Objects.requireNonNull(file.getParent(), "in a folder");
                images.add(
                    new CompreFaceServer.Image(
                        file.getFileName().toString().replace(ENDING, ""),
                        String.valueOf(subject.getFileName())));
              });
    }
    return images;
  }

  /**
   * A picture.
   *
   * @throws IOException when it is neither there nor can be downloaded
   */
  byte[] picture(CompreFaceServer.Image image) throws IOException {
    if (folder.isEmpty()) {
      return server.orElseThrow().picture(image);
    }
    if (!ID.matcher(image.id()).matches()) {
      throw new IOException("its id cannot be a file's name");
    }
    // The name was checked: it has no slash, and is no folder's abbreviation.
    Path file = folder.get().resolve(image.subject()).resolve(image.id() + ENDING);
    if (Files.exists(file)) {
      return Files.readAllBytes(file);
    }
    byte[] bytes = server.orElseThrow().picture(image);
    if (bytes.length > 0) {
      keep(file, bytes);
    }
    return bytes;
  }

  private static void keep(Path file, byte[] bytes) throws IOException {
    OwnerOnly.newFolder(java.util.Objects.requireNonNull(file.getParent(), "in a folder"));
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    OwnerOnly.write(part, bytes);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
