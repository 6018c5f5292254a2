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
 * Lines that are on the disk before {@link #append} returns, each with the hash of the one before.
 * Several processes may add to the same file; they take turns by a lock on its head, a file beside
 * it that holds the hash of the last line, so that lines missing at the end are noticed too. See
 * {@link AuditCheck} for the format.
 */
public final class AuditFile {
  private static final Logger log = LoggerFactory.getLogger(AuditFile.class);

  /** Another process holds the lock for the time of two writes. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Locks on files are the process's: its own threads take turns by this one. */
  private static final ReentrantLock TURN = new ReentrantLock();

  private final Path file;
  private final Path head;

  /** Touches nothing yet. */
  public AuditFile(Path file) {
    this.file = file;
    this.head = head(file);
  }

  static Path head(Path file) {
    return file.resolveSibling(file.getFileName() + ".head");
  }

  /** Where the lines go. */
  public Path path() {
    return file;
  }

  /**
   * Makes the file when it is missing.
   *
   * @throws UserError when it cannot be added to
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
   * @throws UserError when it is not: whatever it tells of must not be done then
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
      // A process or a machine ended in the middle of it: what it tells of was not done.
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
   * What the next line is to follow. Where the head knows of a last line that is not the file's,
   * lines were taken out or changed: the next one then follows the one that is missing, so that it
   * stays to be seen.
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
      // A read may bring less than it could.
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

  /** A new file that is its owner's alone from the first; another process may be quicker. */
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
      // Theirs is as good.
      return;
    }
    if (parent != null) {
      force(parent);
    }
  }

  /** That a file is new is on the disk only with the folder that it is in. */
  private static void force(Path folder) {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    } catch (IOException notHere) {
      log.debug("audit: this system cannot fsync folders", notHere);
    }
  }
}
