package org.facestream.deploy.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and folders with personal data, accessible only by their owner. */
public final class OwnerOnly {
  private OwnerOnly() {}

  /**
   * A new text file in UTF-8.
   *
   * @throws java.nio.file.FileAlreadyExistsException when there is one
   */
  public static BufferedWriter newFile(Path file) throws IOException {
    return new BufferedWriter(new OutputStreamWriter(newStream(file), UTF_8));
  }

  /** A new file with these bytes; as {@link #newFile}. */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (OutputStream stream = newStream(file)) {
      stream.write(bytes);
    }
  }

  private static OutputStream newStream(Path file) throws IOException {
    return Channels.newOutputStream(
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode(file, "rw-------")));
  }

  /** Makes a folder that is not there. */
  public static void newFolder(Path folder) throws IOException {
    Files.createDirectories(folder, mode(folder, "rwx------"));
  }

  /** Takes a folder that is there from everybody else. */
  public static void close(Path folder) throws IOException {
    if (Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static FileAttribute<?>[] mode(Path path, String permissions) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }
}
