package org.facestream.deploy.evaluation;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.facestream.recognizer.facenet.evaluation.Verification;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
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
   * @param threshold that is marked
   */
  static void draw(Path folder, String title, Verification verification, float threshold)
      throws IOException {
    Files.createDirectories(folder);
    save(roc(title, verification, threshold), folder.resolve("roc.png"));
    save(distances(title, verification), folder.resolve("distances.png"));
  }

  private static XYChart roc(String title, Verification verification, float threshold) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("ROC: " + title)
            .xAxisTitle("false accept rate")
            .yAxisTitle("true accept rate")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisMax(1.0);
    chart.getStyler().setYAxisDecimalPattern("0.000");
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    verification.pairs().stream()
        .map(Verification.ScoredPair::distance)
        .filter(Float::isFinite)
        .sorted()
        .map(distance -> verification.at(Math.nextUp(distance)))
        .filter(point -> point.falseAcceptRate() > 0)
        .forEach(
            point -> {
              x.add(point.falseAcceptRate());
              y.add(point.trueAcceptRate());
            });
    chart.addSeries("all thresholds", x, y).setMarker(SeriesMarkers.NONE).setLineColor(SAME);
    Verification.OperatingPoint at = verification.at(threshold);
    if (at.falseAcceptRate() > 0) {
      chart
          .addSeries(
              "threshold %.3f".formatted(threshold),
              List.of(at.falseAcceptRate()),
              List.of(at.trueAcceptRate()))
          .setMarker(SeriesMarkers.CIRCLE)
          .setMarkerColor(DIFFERENT);
    }
    return chart;
  }

  private static CategoryChart distances(String title, Verification verification) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Distances: " + title)
            .xAxisTitle("distance")
            .yAxisTitle("pairs")
            .build();
    chart.getStyler().setOverlapped(true);
    chart.getStyler().setAvailableSpaceFill(0.95);
    chart.getStyler().setXAxisDecimalPattern("0.00");
    chart.getStyler().setXAxisMaxLabelCount(12);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<Float> same = finite(verification, true);
    List<Float> different = finite(verification, false);
    double least = Math.min(least(same), least(different));
    double most = Math.max(most(same), most(different));
    Histogram sameBars = new Histogram(same, BARS, least, most);
    Histogram differentBars = new Histogram(different, BARS, least, most);
    chart
        .addSeries("one person", sameBars.getxAxisData(), sameBars.getyAxisData())
        .setFillColor(SAME);
    chart
        .addSeries("two people", differentBars.getxAxisData(), differentBars.getyAxisData())
        .setFillColor(DIFFERENT);
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
