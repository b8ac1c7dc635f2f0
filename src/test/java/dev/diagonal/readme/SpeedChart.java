package dev.diagonal.readme;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chart of README: bars for some ratios of the tables in {@code docs/benchmarks.md}. */
final class SpeedChart {

  private static final int LEFT = 400;
  private static final double PER_TIME = 42;

  /**
   * One bar.
   *
   * @param label what was measured beside what
   * @param figure finds the ratio on the page, as its first group
   */
  private record Bar(String label, String figure) {}

  private static final List<Bar> BARS =
      List.of(
          new Bar(
              "movie-ratings, Flink: Beam's Combine.perKey",
              "\\| TextIO > Combine.perKey, Flink \\[local] \\| 5,000,000 .*\\| ([\\d.]+) times"),
          new Bar(
              "rating-batches: JdbcIO and Combine.perKey",
              "\\| JdbcIO.readWithPartitions .*\\| ([\\d.]+) times"),
          new Bar("movie-ratings, 40 million: awk", "\\| awk \\| 40,000,000 .*\\| ([\\d.]+) times"),
          new Bar(
              "donors-choose, a million: pandas",
              "1,000,000 donations: Diagonal, DirectRunner, to JSON lines is ([\\d.]+) times"),
          new Bar(
              "load-edges, 8 workers: one writer",
              "\\| 40 ms of work before commit \\| 100,000 monopartite \\| 8 .*\\| ([\\d.]+)x /"),
          new Bar(
              "load-edges, 8 workers: sorted rows",
              "\\| 40 ms of work before commit \\| 100,000 monopartite \\| 8 .*\\| [\\d.]+x / ([\\d.]+)x"),
          new Bar(
              "rating-batches: GROUP BY in PostgreSQL",
              "\\| INSERT … SELECT … GROUP BY .*\\| ([\\d.]+) times"),
          new Bar(
              "movie-ratings, 40 million: DuckDB",
              "\\| DuckDB \\| 40,000,000 .*\\| ([\\d.]+) times"),
          new Bar(
              "transfer to CSV: psql \\copy", "\\| PostgreSQL to CSV \\| .*\\| ([\\d.]+) times"),
          new Bar(
              "movie-ratings, 5 million: DuckDB",
              "\\| DuckDB \\| 5,000,000 .*\\| ([\\d.]+) times"));

  private SpeedChart() {}

  /** Returns the chart as SVG. */
  static String of(String benchmarks) {
    return new BarChart(
            "How many times as fast Diagonal is as other programs",
            "Diagonal is this many times as fast as",
            LEFT,
            PER_TIME,
            new BarChart.Mark(1, "as fast"),
            BARS.stream().map(bar -> bar(bar, benchmarks)).toList())
        .svg();
  }

  private static BarChart.Bar bar(Bar bar, String benchmarks) {
    Matcher figure = Pattern.compile(bar.figure()).matcher(benchmarks);
    if (!figure.find()) {
      throw new IllegalArgumentException("docs/benchmarks.md has no figure of " + bar.label());
    }
    double times = Double.parseDouble(figure.group(1));
    return new BarChart.Bar(bar.label(), times, figure.group(1) + "×", times < 1);
  }
}
