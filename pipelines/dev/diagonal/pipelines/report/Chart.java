package dev.diagonal.pipelines.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** The frame of a chart: its size, its scales, axes and grid lines. Coordinates are SVG units. */
final class Chart {

  static final double WIDTH = 720;
  private static final double LEFT = 78;
  private static final double RIGHT = 14;
  private static final double TOP = 16;
  private static final double BOTTOM = 34;

  private final Markup svg = new Markup();
  private final double height;
  private final double maxX;
  private final double maxY;

  /**
   * Opens a chart.
   *
   * @param label what the chart shows, for those who do not see it
   * @param height of the area inside the axes
   * @param maxX the end of the x axis, which starts at 0
   * @param maxY the end of the y axis, which starts at 0
   */
  Chart(String label, double height, double maxX, double maxY) {
    this.height = height;
    this.maxX = Math.max(maxX, 1e-9);
    this.maxY = Math.max(maxY, 1e-9);
    svg.open(
        "svg",
        "viewBox",
        "0 0 %s %s".formatted(number(WIDTH), number(TOP + height + BOTTOM)),
        "role",
        "img",
        "aria-label",
        label);
  }

  double x(double value) {
    return LEFT + value / maxX * (WIDTH - LEFT - RIGHT);
  }

  double y(double value) {
    return TOP + height - value / maxY * height;
  }

  double left() {
    return LEFT;
  }

  double right() {
    return WIDTH - RIGHT;
  }

  double top() {
    return TOP;
  }

  double bottom() {
    return TOP + height;
  }

  Markup svg() {
    return svg;
  }

  /** Draws grid lines with their values at the left. */
  Chart yAxis(List<Double> ticks, DoubleFunction<String> format) {
    for (double tick : ticks) {
      line(LEFT, y(tick), right(), y(tick), tick == 0 ? "axis" : "grid");
      text(LEFT - 8, y(tick), format.apply(tick), "end");
    }
    return this;
  }

  /** Draws the values of the x axis below it. */
  Chart xAxis(List<Double> ticks, DoubleFunction<String> format) {
    line(LEFT, bottom(), right(), bottom(), "axis");
    for (double tick : ticks) {
      if (tick <= maxX * 1.0001) {
        line(x(tick), bottom(), x(tick), bottom() + 4, "axis");
        text(x(tick), bottom() + 20, format.apply(tick), tick >= maxX * 0.97 ? "end" : "middle");
      }
    }
    return this;
  }

  Chart line(double x1, double y1, double x2, double y2, String style) {
    svg.empty(
        "line",
        "class",
        style,
        "x1",
        number(x1),
        "y1",
        number(y1),
        "x2",
        number(x2),
        "y2",
        number(y2));
    return this;
  }

  Chart text(double x, double y, String text, String anchor) {
    svg.element(
        "text",
        text,
        "x",
        number(x),
        "y",
        number(y),
        "text-anchor",
        anchor,
        "dominant-baseline",
        "middle");
    return this;
  }

  /** Draws a box with a text that shows while the pointer is on it. */
  Chart box(
      double x, double y, double width, double height, String style, String fill, String title) {
    svg.open(
        "rect",
        "class",
        style,
        "x",
        number(x),
        "y",
        number(y),
        "width",
        number(width),
        "height",
        number(height),
        "style",
        fill);
    svg.element("title", title).close();
    return this;
  }

  /** Closes the chart and returns its markup. */
  String end() {
    return svg.close().toString();
  }

  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceFirst("\\.?0+$", "");
  }
}
