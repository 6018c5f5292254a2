package org.facestream.deploy.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/**
 * A writable folder that no other process uses: it is locked by a file in it, and the operating
 * system releases the lock when the process ends. A folder that is created here is accessible only
 * by its owner (mode 700), because topics and logs contain faces, and topics may contain passwords.
 */
public final class DataFolder implements AutoCloseable {
  private static final String LOCK = "facestream.lock";

  /** A process that only checks holds the lock for a moment, which must not cause a refusal. */
  private static final int ATTEMPTS = 5;

  private static final long BETWEEN_ATTEMPTS_MILLIS = 40;

  /**
   * Folders locked by this process. The lock belongs to the process: opening and closing the file a
   * second time would release it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path real;
  private final FileChannel channel;
  private final boolean made;

  private DataFolder(Path path, Path real, FileChannel channel, boolean made) {
    this.path = path;
    this.real = real;
    this.channel = channel;
    this.made = made;
  }

  /** Where the audit trail of a data folder is, unless another place is configured. */
  public static Path auditFile(Path folder) {
    return folder.resolve("logs").resolve("audit.log");
  }

  /** Where the search index of a data folder is, unless another place is configured. */
  public static Path searchFolder(Path folder) {
    return folder.resolve("search");
  }

  /**
   * Makes the folder if it is missing, and takes it.
   *
   * @param leastFree bytes that must be free on its disk
   * @throws UserError when it cannot be written to, is in use, or its disk is full
   */
  public static DataFolder take(Path folder, long leastFree) {
    Path path = folder.toAbsolutePath().normalize();
    Path real = null;
    FileChannel channel = null;
    try {
      boolean made = make(path);
      long free = Files.getFileStore(path).getUsableSpace();
      if (free < leastFree) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "Only %d MB are free for %s and %d MB are needed: free disk space, or choose a "
                    + "folder on another disk with --data DIR.",
                free >> 20,
                path,
                leastFree >> 20));
      }
      real = path.toRealPath();
      if (!HELD.add(real)) {
        real = null;
        throw inUse(path);
      }
      channel =
          FileChannel.open(
              path.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!lock(channel)) {
        // Before asking who holds it: it is not this process.
        HELD.remove(real);
        real = null;
        throw inUse(path);
      }
      channel.truncate(0);
      channel.write(
          StandardCharsets.UTF_8.encode(String.valueOf(ProcessHandle.current().pid())), 0);
      return new DataFolder(path, real, channel, made);
    } catch (UserError refused) {
      release(real, channel, refused);
      throw refused;
    } catch (IOException | SecurityException failed) {
      release(real, channel, failed);
      throw new UserError(
          ("Cannot write to the folder %s (%s): correct that, or choose another with "
                  + "--data DIR.")
              .formatted(path, reason(failed)),
          failed);
    }
  }

  /** Whether a process holds a folder or has held it. */
  static boolean wasTaken(Path folder) {
    return Files.isRegularFile(folder.resolve(LOCK));
  }

  /** Whether a process, this one or another, holds a folder now. Makes nothing. */
  public static boolean isTaken(Path folder) {
    Path file = folder.resolve(LOCK);
    try {
      if (HELD.contains(folder.toRealPath())) {
        return true;
      }
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      }
    } catch (IOException | OverlappingFileLockException unknown) {
      // Nothing is there, or it is somebody else's: then taking it says what is the matter.
      return false;
    }
  }

  private static boolean make(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return false;
    }
    if (path.getParent() != null) {
      Files.createDirectories(path.getParent());
    }
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(path);
    }
    return true;
  }

  private static boolean lock(FileChannel channel) throws IOException {
    for (int attempt = 1; ; attempt++) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return true;
      }
      if (attempt == ATTEMPTS) {
        return false;
      }
      try {
        Thread.sleep(BETWEEN_ATTEMPTS_MILLIS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  public Path path() {
    return path;
  }

  private static UserError inUse(Path path) {
    return new UserError(
        ("The folder %s is in use by another facestream%s: stop that one, or choose "
                + "another folder with --data DIR.")
            .formatted(path, holder(path).map(id -> " (process " + id + ")").orElse("")));
  }

  /** The process that holds a folder, where the system lets a locked file be read. */
  public static Optional<String> holder(Path folder) {
    try {
      if (HELD.contains(folder.toRealPath())) {
        return Optional.of(String.valueOf(ProcessHandle.current().pid()));
      }
      return Optional.of(Files.readString(folder.resolve(LOCK)).strip())
          .filter(text -> !text.isEmpty());
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static String reason(Exception failed) {
    if (failed instanceof FileAlreadyExistsException) {
      return "a file of that name exists";
    }
    if (failed instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
  }

  private static void release(@Nullable Path real, @Nullable FileChannel channel, Exception cause) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException failed) {
        cause.addSuppressed(failed);
      }
    }
    if (real != null) {
      HELD.remove(real);
    }
  }

  /**
   * Gives the folder back, and takes it away again if it was made for this and nothing was put into
   * it: for a start that was refused.
   */
  public void abandon() throws IOException {
    try {
      if (made && isEmpty()) {
        Files.delete(path.resolve(LOCK));
        Files.delete(path);
      }
    } finally {
      close();
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> content = Files.list(path)) {
      return content.allMatch(entry -> entry.endsWith(LOCK));
    }
  }

  /** Gives the folder back; again does nothing. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      HELD.remove(real);
    }
  }
}
