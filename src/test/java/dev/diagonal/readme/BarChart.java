package dev.diagonal.readme;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Horizontal bars, as SVG, for light and dark pages.
 *
 * @param title what a screen reader says
 * @param headline what the bars show
 * @param left where they begin
 * @param perUnit pixels of a unit
 * @param mark a value that gets a vertical line, and its label; null for none
 */
record BarChart(
    String title, String headline, int left, double perUnit, @Nullable Mark mark, List<Bar> bars) {

  private static final int WIDTH = 860;
  private static final int TOP = 64;
  private static final int ROW = 34;

  /**
   * One bar.
   *
   * @param label before it
   * @param value its length
   * @param figure after it
   * @param slow whether it has the colour of what is worse
   */
  record Bar(String label, double value, String figure, boolean slow) {}

  record Mark(double value, String label) {}

  String svg() {
    int height = TOP + bars.size() * ROW + 30;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s" width="%1$s" height="%2$s" \
        font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="15" role="img">
        <title>%3$s</title>
        <style>.bg{fill:#fff}.ink{fill:#1f2933}.soft{fill:#5b6770}.bar{fill:#0b7285}.slow{fill:#c2410c}\
        .one{stroke:#8a939b;stroke-dasharray:4 4}\
        @media (prefers-color-scheme:dark){.bg{fill:#14181c}.ink{fill:#e6eaee}.soft{fill:#a3adb6}\
        .bar{fill:#3aa6b9}.slow{fill:#e8814d}}</style>
        <rect class="bg" width="%1$s" height="%2$s" rx="8"/>
        <text class="ink" x="24" y="34" font-size="17" font-weight="600">%4$s</text>
        """
            .formatted(WIDTH, height, title, headline));
    for (int i = 0; i < bars.size(); i++) {
      svg.append(svgOf(bars.get(i), TOP + i * ROW));
    }
    if (mark != null) {
      svg.append(
          text(
              """
              <line class="one" x1="%1$.0f" y1="%2$s" x2="%1$.0f" y2="%3$d"/>
              <text class="soft" x="%1$.0f" y="%4$d" font-size="13" text-anchor="middle">%5$s</text>
              """,
              left + perUnit * mark.value(), TOP - 8, height - 28, height - 10, mark.label()));
    }
    return svg.append("</svg>\n").toString();
  }

  private String svgOf(Bar bar, int y) {
    return text(
        """
        <text class="ink" x="%d" y="%d" text-anchor="end">%s</text>
        <rect class="%s" x="%d" y="%d" width="%.1f" height="22" rx="3"/>
        <text class="ink" x="%.1f" y="%d">%s</text>
        """,
        left - 12,
        y + 17,
        bar.label(),
        bar.slow() ? "slow" : "bar",
        left,
        y,
        bar.value() * perUnit,
        left + bar.value() * perUnit + 8,
        y + 17,
        bar.figure());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
