package org.facestream.deploy.lab.evaluation;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of a verification, as PNG files. */
final class Plots {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 600;
  private static final int BARS = 60;
  private static final Color SAME = new Color(0x1b, 0x7f, 0x5c, 190);
  private static final Color DIFFERENT = new Color(0xb0, 0x3a, 0x2e, 170);

  private Plots() {}

  /**
   * Draws {@code roc.png} and {@code distances.png}.
   *
   * @param folder made where it is not there
   * @param title what was measured
   * @param verifying threshold for two pictures, marked in both
   * @param identifying threshold for a gallery, marked in both
   */
  static void draw(
      Path folder, String title, Verification verification, float verifying, float identifying)
      throws IOException {
    Files.createDirectories(folder);
    save(roc(title, verification, verifying, identifying), folder.resolve("roc.png"));
    save(distances(title, verification, verifying, identifying), folder.resolve("distances.png"));
  }

  private static XYChart roc(
      String title, Verification verification, float verifying, float identifying) {
    // Where no pair of two people is accepted there is no logarithm: it is drawn at half a pair.
    double half = 0.5 / verification.pairs().stream().filter(pair -> !pair.pair().same()).count();
    XYChart chart = chart("ROC: " + title, "true accept rate");
    chart.setXAxisTitle(
        String.format(Locale.ROOT, "false accept rate (none at all is drawn at %.2g)", half));
    chart.getStyler().setXAxisLogarithmic(true);
    // Whole powers of ten at both ends, so that the ticks are even.
    chart.getStyler().setXAxisMin(Math.pow(10, Math.floor(Math.log10(half))));
    chart.getStyler().setXAxisMax(1.0);
    // Up to the first false accept the curve is a straight line: only its upper end tells anything.
    double lowest =
        tenthBelow(
            DoubleStream.of(
                    withoutFalseAccepts(verification),
                    verification.at(verifying).trueAcceptRate(),
                    verification.at(identifying).trueAcceptRate())
                .min()
                .orElseThrow());
    chart.getStyler().setYAxisMin(lowest);
    chart.getStyler().setYAxisMax(1.0);
    chart.getStyler().setXAxisDecimalPattern("0.########");
    chart.getStyler().setYAxisDecimalPattern("0.00");
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    verification.pairs().stream()
        .map(Verification.ScoredPair::distance)
        .filter(Float::isFinite)
        .sorted()
        .map(distance -> verification.at(Math.nextUp(distance)))
        .filter(point -> point.trueAcceptRate() >= lowest)
        .forEach(
            point -> {
              x.add(Math.max(half, point.falseAcceptRate()));
              y.add(point.trueAcceptRate());
            });
    chart.addSeries("all thresholds", x, y).setMarker(SeriesMarkers.NONE).setLineColor(SAME);
    mark(chart, "two pictures: %.3f", verification.at(verifying), half, DIFFERENT);
    mark(chart, "gallery: %.3f", verification.at(identifying), half, Color.DARK_GRAY);
    return chart;
  }

  /** The share that is found while nobody is taken for another. */
  private static double withoutFalseAccepts(Verification verification) {
    return verification.pairs().stream()
        .map(Verification.ScoredPair::distance)
        .filter(Float::isFinite)
        .map(distance -> verification.at(Math.nextUp(distance)))
        .filter(point -> point.falseAcceptRate() == 0)
        .mapToDouble(Verification.OperatingPoint::trueAcceptRate)
        .max()
        .orElse(0);
  }

  private static double tenthBelow(double share) {
    return Math.max(0, Math.ceil(share * 10 - 1) / 10);
  }

  private static void mark(
      XYChart chart, String name, Verification.OperatingPoint at, double half, Color colour) {
    chart
        .addSeries(
            String.format(Locale.ROOT, name, at.threshold()),
            List.of(Math.max(half, at.falseAcceptRate())),
            List.of(at.trueAcceptRate()))
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(colour)
        .setLineColor(colour);
  }

  private static XYChart distances(
      String title, Verification verification, float verifying, float identifying) {
    XYChart chart = chart("Distances: " + title, "pairs");
    chart.setXAxisTitle("distance");
    chart.getStyler().setXAxisDecimalPattern("0.0");
    chart.getStyler().setYAxisDecimalPattern("0");
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    List<Float> same = finite(verification, true);
    List<Float> different = finite(verification, false);
    double least = Math.min(least(same), least(different));
    double most = Math.max(most(same), most(different));
    Histogram sameBars = new Histogram(same, BARS, least, most);
    Histogram differentBars = new Histogram(different, BARS, least, most);
    bars(chart, "one person", sameBars, SAME);
    bars(chart, "two people", differentBars, DIFFERENT);
    double top = Math.max(highest(sameBars), highest(differentBars));
    line(chart, "two pictures: %.3f", verifying, top, DIFFERENT.darker());
    line(chart, "gallery: %.3f", identifying, top, Color.DARK_GRAY);
    return chart;
  }

  private static void bars(XYChart chart, String name, Histogram bars, Color colour) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    double width = (bars.getMax() - bars.getMin()) / BARS;
    for (int i = 0; i < BARS; i++) {
      double left = bars.getMin() + i * width;
      double right = bars.getMin() + (i + 1) * width;
      double height = bars.getyAxisData().get(i);
      x.addAll(List.of(left, left, right, right));
      y.addAll(List.of(0.0, height, height, 0.0));
    }
    chart
        .addSeries(name, x, y)
        .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area)
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(colour)
        .setFillColor(colour);
  }

  private static void line(XYChart chart, String name, float at, double top, Color colour) {
    chart
        .addSeries(
            String.format(Locale.ROOT, name, at),
            List.of((double) at, (double) at),
            List.of(0.0, top))
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(colour);
  }

  private static double highest(Histogram bars) {
    return bars.getyAxisData().stream().mapToDouble(Double::doubleValue).max().orElse(1);
  }

  private static XYChart chart(String title, String vertical) {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).yAxisTitle(vertical).build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    return chart;
  }

  private static List<Float> finite(Verification verification, boolean same) {
    return verification.pairs().stream()
        .filter(pair -> pair.pair().same() == same && Float.isFinite(pair.distance()))
        .map(Verification.ScoredPair::distance)
        .toList();
  }

  private static double least(List<Float> values) {
    return values.stream().mapToDouble(Float::doubleValue).min().orElse(0);
  }

  private static double most(List<Float> values) {
    return values.stream().mapToDouble(Float::doubleValue).max().orElse(1);
  }

  private static void save(org.knowm.xchart.internal.chartpart.Chart<?, ?> chart, Path file)
      throws IOException {
    Files.write(file, BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
  }
}
