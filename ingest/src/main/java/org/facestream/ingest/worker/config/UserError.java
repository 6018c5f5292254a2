package org.facestream.ingest.worker.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * An error that only the user can correct.
 *
 * <p>The message is one line with what is wrong and what to do; it never contains a secret. The
 * command line prints it without a stack trace and ends with a non-zero exit code.
 */
public class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }

  /** The error for a file or folder that cannot be read. */
  public static UserError unreadable(Path file, IOException why) {
    return new UserError("Cannot read %s: %s.".formatted(file, reason(why)), why);
  }

  /**
   * Describes a failed file operation, because the messages of many exceptions are only the file's
   * name.
   */
  public static String reason(IOException failed) {
    if (failed instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (failed instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failed instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (failed instanceof FileAlreadyExistsException) {
      return "a file of that name exists";
    }
    if (failed instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    }
    if (failed instanceof FileSystemException told && told.getReason() != null) {
      return told.getReason();
    }
    String message = failed.getMessage();
    if ("Is a directory".equals(message)) {
      return "it is a folder";
    }
    return message == null ? "it failed" : message;
  }
}
