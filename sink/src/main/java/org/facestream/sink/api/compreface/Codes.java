package org.facestream.sink.api.compreface;

import org.facestream.sink.api.http.Dialect;
import org.facestream.sink.api.http.Problem;

/** Errors as CompreFace has them: a message and a number. */
final class Codes {
  /** Of every route here. */
  static final Dialect DIALECT =
      new Dialect(
          "application/json",
          Body.class,
          problem -> new Body(String.valueOf(problem.getMessage()), code(problem)),
          true);

  private static final int UNDEFINED = 0;
  private static final int PRIVILEGES = 9;
  private static final int KEY = 10;
  private static final int NOT_FOUND = 11;
  private static final int FILE = 21;
  private static final int CONSTRAINT = 26;
  private static final int NO_FACE = 28;
  private static final int TOO_MANY_FACES = 31;
  private static final int MISSING = 33;
  private static final int SERVICE = 41;

  private Codes() {}

  /** The body of an error. */
  record Body(String message, int code) {}

  private static int code(Problem problem) {
    if (problem.code() != 0) {
      return problem.code();
    }
    return switch (problem.status()) {
      case 400, 409 -> CONSTRAINT;
      case 401 -> KEY;
      case 403 -> PRIVILEGES;
      case 404 -> NOT_FOUND;
      case 413, 415, 422 -> FILE;
      case 429, 503 -> SERVICE;
      default -> UNDEFINED;
    };
  }

  /** 400: no face. */
  static Problem noFace() {
    return Problem.coded(400, NO_FACE, "No face is found in the given image");
  }

  /** 400: more faces than one. */
  static Problem tooManyFaces(String which) {
    return Problem.coded(400, TOO_MANY_FACES, "More than one face is found in the " + which);
  }

  /** 404: nobody is called so. */
  static Problem noSubject() {
    return Problem.coded(404, NOT_FOUND, "Subject is not found");
  }

  /** 404: no image has this id. */
  static Problem noImage() {
    return Problem.coded(404, NOT_FOUND, "Image is not found");
  }

  /** 400: something that is needed was not sent. */
  static Problem missing(String what) {
    return Problem.coded(400, MISSING, "Missing " + what);
  }

  /** 400: what was sent cannot be so. */
  static Problem constraint(String what) {
    return Problem.coded(400, CONSTRAINT, what);
  }
}
