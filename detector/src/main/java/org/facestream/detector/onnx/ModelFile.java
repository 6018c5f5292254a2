package org.facestream.detector.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.facestream.ingest.worker.config.UserError;

/**
 * The verified bytes of an ONNX model.
 *
 * @param name the file's name, for messages
 * @param bytes the model
 * @param sha256 of the bytes, in lower-case hexadecimal
 */
public record ModelFile(String name, byte[] bytes, String sha256) {

  /**
   * Reads a model from the package of a class.
   *
   * @param sha256 the expected value
   * @throws UserError when the file is missing, incomplete or changed
   */
  public static ModelFile resource(Class<?> beside, String file, String sha256) {
    try (InputStream stream = beside.getResourceAsStream(file)) {
      if (stream == null) {
        throw new UserError(
            "model file " + file + " is not in the jar: build or install facestream again");
      }
      return checked(file, stream.readAllBytes(), sha256);
    } catch (IOException unreadable) {
      throw new UserError(
          "model file " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /**
   * Reads a model from a file and checks it.
   *
   * @param sha256 the expected value
   * @throws UserError when the file is missing, incomplete or changed
   */
  public static ModelFile file(Path file, String sha256) {
    return checked(file.toString(), read(file), sha256);
  }

  /**
   * Reads a model from a file without a check.
   *
   * @throws UserError when the file is missing
   */
  public static ModelFile file(Path file) {
    byte[] bytes = read(file);
    return new ModelFile(file.toString(), bytes, digest(bytes));
  }

  /** SHA-256 in lower-case hexadecimal. */
  public static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private static ModelFile checked(String name, byte[] bytes, String sha256) {
    String found = digest(bytes);
    if (!found.equals(sha256)) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "model file %s is incomplete or changed (%d bytes, SHA-256 %s, expected %s): "
                  + "restore it",
              name,
              bytes.length,
              found,
              sha256));
    }
    return new ModelFile(name, bytes, found);
  }

  private static byte[] read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UserError("model file " + file + " is not there");
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new UserError(
          "model file " + file + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }
}
