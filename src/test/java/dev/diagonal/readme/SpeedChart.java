package dev.diagonal.readme;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chart of README: bars for some ratios of the tables in {@code docs/benchmarks.md}. */
final class SpeedChart {

  private static final int WIDTH = 860;
  private static final int TOP = 64;
  private static final int ROW = 34;
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
    int height = TOP + BARS.size() * ROW + 30;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s" width="%1$s" height="%2$s" \
        font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="15" role="img">
        <title>How many times as fast Diagonal is as other programs</title>
        <style>.bg{fill:#fff}.ink{fill:#1f2933}.soft{fill:#5b6770}.bar{fill:#0b7285}.slow{fill:#c2410c}\
        .one{stroke:#8a939b;stroke-dasharray:4 4}\
        @media (prefers-color-scheme:dark){.bg{fill:#14181c}.ink{fill:#e6eaee}.soft{fill:#a3adb6}\
        .bar{fill:#3aa6b9}.slow{fill:#e8814d}}</style>
        <rect class="bg" width="%1$s" height="%2$s" rx="8"/>
        <text class="ink" x="24" y="34" font-size="17" font-weight="600">Diagonal is this many times as fast as</text>
        """
            .formatted(WIDTH, height));
    for (int i = 0; i < BARS.size(); i++) {
      svg.append(bar(BARS.get(i), benchmarks, TOP + i * ROW));
    }
    double one = LEFT + PER_TIME;
    svg.append(
        text(
            """
            <line class="one" x1="%1$.0f" y1="%2$s" x2="%1$.0f" y2="%3$d"/>
            <text class="soft" x="%1$.0f" y="%4$d" font-size="13" text-anchor="middle">as fast</text>
            </svg>
            """,
            one, TOP - 8, height - 28, height - 10));
    return svg.toString();
  }

  private static String bar(Bar bar, String benchmarks, int y) {
    Matcher figure = Pattern.compile(bar.figure()).matcher(benchmarks);
    if (!figure.find()) {
      throw new IllegalArgumentException("docs/benchmarks.md has no figure of " + bar.label());
    }
    double times = Double.parseDouble(figure.group(1));
    return text(
        """
        <text class="ink" x="%d" y="%d" text-anchor="end">%s</text>
        <rect class="%s" x="%d" y="%d" width="%.1f" height="22" rx="3"/>
        <text class="ink" x="%.1f" y="%d">%s×</text>
        """,
        LEFT - 12,
        y + 17,
        bar.label(),
        times < 1 ? "slow" : "bar",
        LEFT,
        y,
        times * PER_TIME,
        LEFT + times * PER_TIME + 8,
        y + 17,
        figure.group(1));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
