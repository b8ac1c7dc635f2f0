package dev.diagonal.pipelines.report;

import java.util.List;
import java.util.function.DoubleFunction;

/** Draws values over time as lines that share one scale. */
final class LineChart {

  private static final double HEIGHT = 190;
  private static final int TICKS = 4;

  private LineChart() {}

  /**
   * One line.
   *
   * @param name what it shows
   * @param points its points, in the order of time
   */
  record Line(String name, List<Point> points) {
    Line {
      points = List.copyOf(points);
    }
  }

  /** A value at a time. */
  record Point(double seconds, double value) {}

  /**
   * Returns the chart with its legend.
   *
   * @param label what it shows, for those who do not see it
   * @param format of the values
   */
  static String draw(String label, List<Line> lines, DoubleFunction<String> format) {
    double maxX = 0;
    double maxY = 0;
    for (Line line : lines) {
      for (Point point : line.points) {
        maxX = Math.max(maxX, point.seconds);
        maxY = Math.max(maxY, point.value);
      }
    }
    List<Double> ticks = Figures.ticks(maxY, TICKS);
    Chart chart = new Chart(label, HEIGHT, maxX, ticks.get(ticks.size() - 1));
    chart.yAxis(ticks, format).xAxis(Figures.ticks(maxX, TICKS), Figures::time);
    int number = 1;
    for (Line line : lines) {
      StringBuilder path = new StringBuilder();
      for (Point point : line.points) {
        path.append(path.isEmpty() ? "M" : "L")
            .append(Chart.number(chart.x(point.seconds)))
            .append(' ')
            .append(Chart.number(chart.y(point.value)));
      }
      if (!path.isEmpty()) {
        chart.svg().empty("path", "class", "line s" + number, "d", path);
      }
      number++;
    }
    return legend(lines) + chart.end();
  }

  private static String legend(List<Line> lines) {
    Markup html = new Markup().open("p", "class", "legend");
    int number = 1;
    for (Line line : lines) {
      html.open("span").element("i", "", "class", "key s" + number++).text(line.name).close();
    }
    return html.close().toString();
  }
}
