package org.facestream.deploy.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.facestream.ingest.worker.config.UserError;

/**
 * A folder that this process may write to and that no other process uses: held by a lock on a file
 * in it, which the operating system gives back however the process ends.
 */
public final class DataFolder implements AutoCloseable {
  private static final String LOCK = "facestream.lock";

  private final Path path;
  private final FileChannel channel;

  private DataFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes the folder if it is missing, and takes it.
   *
   * @param leastFree bytes that must be free on its disk
   * @throws UserError when it cannot be written to, is in use, or its disk is full
   */
  public static DataFolder take(Path folder, long leastFree) {
    Path path = folder.toAbsolutePath().normalize();
    FileChannel channel = null;
    try {
      Files.createDirectories(path);
      long free = Files.getFileStore(path).getUsableSpace();
      if (free < leastFree) {
        throw new UserError(
            "Only %d MB are free for %s and %d MB are needed: free some, or choose a folder on another disk with --data DIR."
                .formatted(free >> 20, path, leastFree >> 20));
      }
      channel =
          FileChannel.open(
              path.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(path, channel);
      }
      channel.truncate(0);
      channel.write(
          StandardCharsets.UTF_8.encode(String.valueOf(ProcessHandle.current().pid())), 0);
      return new DataFolder(path, channel);
    } catch (OverlappingFileLockException ours) {
      UserError inUse = inUse(path, channel);
      close(channel, inUse);
      throw inUse;
    } catch (UserError refused) {
      close(channel, refused);
      throw refused;
    } catch (IOException | SecurityException failed) {
      close(channel, failed);
      throw new UserError(
          "Cannot write to the folder %s (%s): put that right, or choose another with --data DIR."
              .formatted(path, reason(failed)),
          failed);
    }
  }

  public Path path() {
    return path;
  }

  private static UserError inUse(Path path, FileChannel channel) {
    String holder = "";
    try {
      byte[] text = new byte[20];
      ByteBuffer buffer = ByteBuffer.wrap(text);
      int length = channel.read(buffer, 0);
      if (length > 0) {
        holder = " (process " + new String(text, 0, length, StandardCharsets.UTF_8).trim() + ")";
      }
    } catch (IOException unreadable) {
      // Some systems forbid reading a locked file: then the message goes without the process.
      holder = "";
    }
    return new UserError(
        "The folder %s is in use by another facestream%s: end that one, or choose another folder with --data DIR."
            .formatted(path, holder));
  }

  private static String reason(Exception failed) {
    if (failed instanceof FileAlreadyExistsException) {
      return "a file is in its place";
    }
    if (failed instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
  }

  private static void close(FileChannel channel, Exception cause) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException failed) {
        cause.addSuppressed(failed);
      }
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
