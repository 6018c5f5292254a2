package org.facestream.deploy.doctor;

import java.util.function.Supplier;

/** Looks at one thing, changing nothing. */
public interface Check {
  /** What it looks at, a few words. */
  String subject();

  /** What it found; never throws. */
  Result run();

  /** What was found. */
  sealed interface Result permits Good, Note, Bad {
    /** One character that shows it at a glance. */
    String mark();

    /** In words; where something is missing, what to do. */
    String text();
  }

  /** As it should be. */
  record Good(String text) implements Result {
    @Override
    public String mark() {
      return "✓";
    }
  }

  /** Works, but worth knowing. */
  record Note(String text) implements Result {
    @Override
    public String mark() {
      return "·";
    }
  }

  /** Does not work; says what to do. */
  record Bad(String text) implements Result {
    @Override
    public String mark() {
      return "✗";
    }
  }

  /** A check that needs no class of its own. */
  static Check of(String subject, Supplier<Result> look) {
    return new Check() {
      @Override
      public String subject() {
        return subject;
      }

      @Override
      public Result run() {
        return look.get();
      }
    };
  }

  /** A check that can also put right what it finds. */
  interface Mendable extends Check {
    /** Puts it right, and looks again; never throws. */
    Result mend();
  }
}
