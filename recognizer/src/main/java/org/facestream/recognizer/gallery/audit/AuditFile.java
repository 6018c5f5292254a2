package org.facestream.recognizer.gallery.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.facestream.ingest.worker.config.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines, each with the hash of the line before. A line is on the disk when {@link
 * #append} returns. Several processes may add to the same file; they lock its head, a file beside
 * it with the hash of the last line, by which missing lines at the end are detected too. See {@link
 * AuditCheck} for the format.
 */
public final class AuditFile {
  private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

  /** Another process holds the lock during two writes. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** File locks belong to the process, so its own threads use this lock. */
  private static final ReentrantLock TURN = new ReentrantLock();

  private final Path file;
  private final Path head;

  /** Does not access the file yet. */
  public AuditFile(Path file) {
    this.file = file;
    this.head = head(file);
  }

  static Path head(Path file) {
    return file.resolveSibling(file.getFileName() + ".head");
  }

  /** The path of the file. */
  public Path path() {
    return file;
  }

  /**
   * Creates the file when it is missing.
   *
   * @throws UserError when it cannot be written
   */
  public void check() {
    try {
      create(file);
      create(head);
      for (Path each : new Path[] {file, head}) {
        if (!Files.isWritable(each) || !Files.isRegularFile(each)) {
          throw new AccessDeniedException(each.toString());
        }
      }
    } catch (IOException failed) {
      throw new UserError(
          ("The audit trail %s cannot be written (%s): set gallery.audit-file to a file "
                  + "that can be written.")
              .formatted(file, UserError.reason(failed)),
          failed);
    }
  }

  /**
   * Adds a line, and returns when it is on the disk.
   *
   * @param line without a line break
   * @throws UserError when it could not be written; the action must then not be done
   */
  public void append(String line) {
    TURN.lock();
    try {
      create(head);
      create(file);
      try (FileChannel ends =
              FileChannel.open(head, StandardOpenOption.READ, StandardOpenOption.WRITE);
          FileLock turn = turn(ends);
          FileChannel lines =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        append(line, lines, ends);
      }
    } catch (IOException failed) {
      throw new UserError(
          ("The audit trail %s cannot be written (%s), so nothing was changed: free disk "
                  + "space, or set gallery.audit-file.")
              .formatted(file, UserError.reason(failed)),
          failed);
    } finally {
      TURN.unlock();
    }
  }

  private void append(String line, FileChannel lines, FileChannel ends) throws IOException {
    AuditCheck.Tail tail = AuditCheck.tail(lines);
    if (tail.end() < lines.size()) {
      // The process or machine ended during the write, so its action was not done.
      log.warn("audit: removed the incomplete last line of {}", file);
      lines.truncate(tail.end());
    }
    String previous = previous(tail, lines, read(ends));
    byte[] added =
        (line.replaceAll("\\R", " ") + AuditCheck.PREVIOUS + previous + '\n').getBytes(UTF_8);
    try {
      write(lines, added, tail.end());
      lines.force(true);
      String last = AuditCheck.sha256(added, added.length - 1);
      write(ends, (last + '\n').getBytes(US_ASCII), 0);
      ends.force(true);
    } catch (IOException failed) {
      try {
        lines.truncate(tail.end());
        lines.force(true);
      } catch (IOException alsoFailed) {
        failed.addSuppressed(alsoFailed);
      }
      throw failed;
    }
  }

  /**
   * The hash for the next line. If the head's hash differs from that of the last line, lines were
   * removed or changed: the next line then contains the head's hash, so that the gap stays visible.
   */
  private String previous(AuditCheck.Tail tail, FileChannel lines, String known)
      throws IOException {
    String last = tail.hash(lines);
    if (known.isEmpty() || known.equals(last) || tail.follows(known)) {
      return last;
    }
    log.error(
        "audit: the end of {} differs from the last written line: lines were changed or "
            + "removed",
        file);
    return known;
  }

  /** The hash in the head; empty when there is none yet. */
  static String read(FileChannel ends) throws IOException {
    ByteBuffer hash = ByteBuffer.allocate(64);
    while (hash.hasRemaining() && ends.read(hash, hash.position()) > 0) {
      // A read may return fewer bytes.
    }
    return new String(hash.array(), 0, hash.position(), US_ASCII).strip();
  }

  private static void write(FileChannel channel, byte[] bytes, long at) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left, at + left.position());
    }
  }

  private static FileLock turn(FileChannel ends) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      FileLock lock = ends.tryLock();
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("another process has locked it");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", interrupted);
      }
    }
  }

  /** Creates a file that only its owner can access; another process may create it first. */
  static void create(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    FileAttribute<?>[] mode =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, mode);
    } catch (FileAlreadyExistsException quicker) {
      // The file of the other process is used.
      return;
    }
    if (parent != null) {
      force(parent);
    }
  }

  /** A new file is durable only when its folder is synced too. */
  private static void force(Path folder) {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    } catch (IOException notHere) {
      log.debug("audit: this system cannot fsync folders", notHere);
    }
  }
}
