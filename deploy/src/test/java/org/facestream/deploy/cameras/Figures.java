package org.facestream.deploy.cameras;

/** What a scenario showed, a line each in the test's output. */
final class Figures {
  private Figures() {}

  static void print(int scenario, String format, Object... values) {
    System.out.println("scenario " + scenario + ": " + format.formatted(values));
  }
}
