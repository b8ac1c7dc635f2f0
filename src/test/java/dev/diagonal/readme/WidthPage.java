package dev.diagonal.readme;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table and the chart of docs/scale.md that show what the simulator says of many workers. */
final class WidthPage {

  private static final Pattern TABLE =
      Pattern.compile(
          "(<!-- simulated widths -->\n).*?(<!-- simulated widths -->)", Pattern.DOTALL);
  private static final int CHARTED_WORKERS = 100;
  private static final int LEFT = 300;
  private static final double LONGEST_PIXELS = 440;

  private WidthPage() {}

  /** A line of the file: how one load went. */
  private record Run(
      int workers,
      int tableSize,
      double hub,
      double width,
      double waiting,
      long edgesPerSecond,
      long seconds) {

    static Run of(String line) {
      String[] cells = line.split(",", -1);
      return new Run(
          Integer.parseInt(cells[0]),
          Integer.parseInt(cells[1]),
          Double.parseDouble(cells[2]),
          Double.parseDouble(cells[3]),
          Double.parseDouble(cells[4]),
          Long.parseLong(cells[5]),
          Long.parseLong(cells[6]));
    }

    String label() {
      String hubs = hub == 0 ? "" : text(", hub of %.0f %%", 100 * hub);
      return tableSize == 0 ? "folded" : text("immediate, %d slots%s", tableSize, hubs);
    }

    String row() {
      return text(
          "| %d | %s | %.1f | %.1f | %,d | %,d |%n",
          workers, label(), width, waiting, edgesPerSecond, seconds);
    }
  }

  private static List<Run> runs(String csv) {
    return csv.lines().skip(1).map(Run::of).toList();
  }

  /** Returns the page with the table of these results. */
  static String generated(String page, String csv) {
    StringBuilder table =
        new StringBuilder(
            "| workers | counts | transactions that write | that wait for a lock | edges a second |"
                + " a billion edges, s |\n|---:|---|---:|---:|---:|---:|\n");
    runs(csv).forEach(run -> table.append(run.row()));
    return TABLE
        .matcher(page)
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1) + table + found.group(2)));
  }

  /** Returns the chart of these results as SVG. */
  static String chart(String csv) {
    List<Run> charted = runs(csv).stream().filter(run -> run.workers == CHARTED_WORKERS).toList();
    double longest = charted.stream().mapToLong(Run::seconds).max().orElse(1);
    return new BarChart(
            "Seconds that a hundred workers take for a billion edges, as simulated",
            "A billion edges, 100 workers: seconds, by simulation",
            LEFT,
            LONGEST_PIXELS / longest,
            null,
            charted.stream()
                .map(
                    run ->
                        new BarChart.Bar(
                            run.label(),
                            run.seconds(),
                            text("%,d s", run.seconds()),
                            run.hub() > 0))
                .toList())
        .svg();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
