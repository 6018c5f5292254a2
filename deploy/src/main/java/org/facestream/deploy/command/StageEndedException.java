package org.facestream.deploy.command;

/** A stage failed and ended: the process ends, so that another one takes over. */
public final class StageEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param why which stage, and what ended it
   */
  public StageEndedException(String why) {
    super(
        why
            + ". Start it again, unless a supervisor does so; if it ends again, check the "
            + "device with `facestream doctor`.");
  }
}
