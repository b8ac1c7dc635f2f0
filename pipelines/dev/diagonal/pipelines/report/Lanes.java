package dev.diagonal.pipelines.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws spans of time in lanes: batches by worker, or the tasks of a plan. */
final class Lanes {

  private static final double LANE = 22;
  private static final int MOST_LANES = 64;
  private static final int TICKS = 5;

  /** A lane has this many places for spans; a place shows only its longest span. */
  private static final int PLACES = 640;

  private Lanes() {}

  /**
   * A span.
   *
   * @param lane the name of its lane
   * @param start in seconds
   * @param seconds how long it lasted
   * @param waited how long it waited before, drawn as a line
   * @param colour of its box: a number, the same for what belongs together; -1 for none
   * @param isMarked whether it is highlighted
   * @param title what a reader sees when pointing at it
   */
  record Span(
      String lane,
      double start,
      double seconds,
      double waited,
      int colour,
      boolean isMarked,
      String title) {
    double end() {
      return start + seconds;
    }
  }

  /**
   * Returns the chart.
   *
   * @param label what it shows, for those who do not see it
   * @param seconds the end of the time axis
   */
  static String draw(String label, List<Span> spans, double seconds) {
    Map<String, List<Span>> lanes = new LinkedHashMap<>();
    for (Span span : spans) {
      lanes.computeIfAbsent(span.lane, name -> new ArrayList<>()).add(span);
    }
    List<Map.Entry<String, List<Span>>> shown =
        lanes.entrySet().stream().limit(MOST_LANES).toList();
    double height = Math.max(1, shown.size()) * LANE;
    Chart chart = new Chart(label, height, seconds, 1);
    for (int i = 0; i < shown.size(); i++) {
      double top = chart.top() + i * LANE;
      chart.text(chart.left() - 8, top + LANE / 2, shown.get(i).getKey(), "end");
      chart.line(chart.left(), top + LANE, chart.right(), top + LANE, "grid");
      for (Span span : visible(shown.get(i).getValue(), seconds)) {
        double x = chart.x(span.start);
        double from = chart.x(Math.max(0, span.start - span.waited));
        if (x - from >= 1) {
          chart.line(from, top + LANE / 2, x, top + LANE / 2, "wait");
        }
        double width = Math.max(1, chart.x(span.end()) - x);
        chart.box(
            x,
            top + 2,
            width,
            LANE - 4,
            span.isMarked ? "span marked" : "span",
            span.colour < 0 ? "" : "fill:" + colour(span.colour),
            span.title);
      }
    }
    chart.xAxis(Figures.ticks(seconds, TICKS), Figures::time);
    return chart.end();
  }

  /** Keeps one of the spans that would be drawn at the same place: the longest, or a marked one. */
  private static List<Span> visible(List<Span> spans, double seconds) {
    Map<Integer, Span> byPlace = new LinkedHashMap<>();
    for (Span span : spans) {
      int place = (int) (PLACES * span.start / Math.max(seconds, 1e-9));
      byPlace.merge(place, span, (a, b) -> weight(a) >= weight(b) ? a : b);
    }
    return List.copyOf(byPlace.values());
  }

  private static double weight(Span span) {
    return span.seconds + (span.isMarked ? 1e9 : 0);
  }

  /** Returns a colour that is far from those of the numbers beside it. */
  private static String colour(int number) {
    return "hsl(" + Math.floorMod(number * 137, 360) + ",58%,55%)";
  }
}
