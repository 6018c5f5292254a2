package org.facestream.deploy.lab.bench.meter;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Locale;
import java.util.Optional;

/**
 * What everybody else used of the processor meanwhile: who shares it is measured with us.
 *
 * @param cores used on average by what is not of this measurement
 * @param of cores that the machine has
 * @param disturbing whether that is so much that the figures are not valid; never said where parts
 *     of the pipeline run elsewhere, and may be among them
 */
public record OtherProcesses(double cores, int of, boolean disturbing) {
  /** A tenth of the machine moves figures by more than two runs on a quiet one differ. */
  private static final double MOST_SHARE = 0.1;

  /**
   * Between two readings.
   *
   * @param ours cores that everything of the measurement used, the simulation too
   * @param elsewhere whether parts of the pipeline are not counted among ours
   */
  public static Optional<OtherProcesses> of(
      Optional<MachineTime> begin,
      Optional<MachineTime> end,
      double seconds,
      double ours,
      boolean elsewhere) {
    if (begin.isEmpty() || end.isEmpty()) {
      return Optional.empty();
    }
    double all = (end.get().nanos() - begin.get().nanos()) / 1e9 / seconds;
    double others = Math.max(0, all - ours);
    int cores = end.get().cores();
    return Optional.of(
        new OtherProcesses(others, cores, !elsewhere && others > MOST_SHARE * cores));
  }

  /** A line that warns. */
  @JsonIgnore
  public String warning() {
    return String.format(
        Locale.ROOT,
        "Other processes used %.2f of %d cores: the figures are not valid. Run it on a "
            + "machine without other load.",
        cores,
        of);
  }
}
