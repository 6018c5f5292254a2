package org.facestream.detector.track;

import com.fasterxml.jackson.annotation.JsonFormat;

/**
 * A Kalman filter of one coordinate and its speed, immutable. Motion is constant speed disturbed by
 * white-noise acceleration, so that time steps of any length are correct (Bar-Shalom, Li and
 * Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, chapter 6.2).
 *
 * @param value the coordinate
 * @param speed its change per second
 * @param valueVariance variance of {@code value}
 * @param covariance of {@code value} and {@code speed}
 * @param speedVariance variance of {@code speed}
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
public record Axis(
    double value, double speed, double valueVariance, double covariance, double speedVariance) {

  /** At rest, with unknown speed. */
  static Axis begin(double value, double valueDeviation, double speedDeviation) {
    return new Axis(value, 0, valueDeviation * valueDeviation, 0, speedDeviation * speedDeviation);
  }

  /**
   * The predicted state.
   *
   * @param seconds from now, not negative
   * @param acceleration spectral density of the acceleration noise: variance of the speed gained in
   *     a second
   */
  Axis after(double seconds, double acceleration) {
    double squared = seconds * seconds;
    return new Axis(
        value + speed * seconds,
        speed,
        valueVariance
            + 2 * seconds * covariance
            + squared * speedVariance
            + acceleration * squared * seconds / 3,
        covariance + seconds * speedVariance + acceleration * squared / 2,
        speedVariance + acceleration * seconds);
  }

  /** Corrected by a measurement. */
  Axis corrected(double measured, double measuredVariance) {
    double total = valueVariance + measuredVariance;
    double gain = valueVariance / total;
    double speedGain = covariance / total;
    double surprise = measured - value;
    return new Axis(
        value + gain * surprise,
        speed + speedGain * surprise,
        (1 - gain) * valueVariance,
        (1 - gain) * covariance,
        speedVariance - speedGain * covariance);
  }

  /** Squared distance of a measurement in standard deviations. */
  double squaredDistance(double measured, double measuredVariance) {
    double surprise = measured - value;
    return surprise * surprise / (valueVariance + measuredVariance);
  }
}
