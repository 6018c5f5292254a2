package org.facestream.deploy.doctor;

import java.util.function.Supplier;

/** A check that changes nothing. */
public interface Check {
  /** The subject of the check, a few words. */
  String subject();

  /** Runs the check; never throws. */
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

  /** Works, with a remark. */
  record Note(String text) implements Result {
    @Override
    public String mark() {
      return "·";
    }
  }

  /** Does not work, with what to do. */
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

  /** A check that can also repair what it finds. */
  interface Mendable extends Check {
    /** Repairs it, and checks again; never throws. */
    Result mend();
  }
}
