package dev.diagonal.pipelines.report;

import dev.diagonal.internal.metrics.BatchTotals;
import java.util.Map;

/** Draws the rows of each cell of a grid, with the sums of its rows and columns. */
final class HeatMap {

  /** Grids of more rows are shown in blocks of several cells. */
  private static final int MOST_BOXES = 32;

  private static final int MOST_WITH_NUMBERS = 10;
  private static final double SIDE = 480;
  private static final double SUMS = 110;
  private static final double GAP = 10;

  private HeatMap() {}

  /** Returns the map of these rows by cell. */
  static String draw(String label, Map<BatchTotals.Cell, Long> rowsOfCell) {
    int size = 1;
    for (BatchTotals.Cell cell : rowsOfCell.keySet()) {
      size = Math.max(size, Math.max(cell.row(), cell.column()) + 1);
    }
    int perBox = (size + MOST_BOXES - 1) / MOST_BOXES;
    int boxes = (size + perBox - 1) / perBox;
    long[][] rows = new long[boxes][boxes];
    long[] ofRow = new long[boxes];
    long[] ofColumn = new long[boxes];
    rowsOfCell.forEach(
        (cell, count) -> {
          rows[cell.row() / perBox][cell.column() / perBox] += count;
          ofRow[cell.row() / perBox] += count;
          ofColumn[cell.column() / perBox] += count;
        });
    Chart chart = new Chart(label, SIDE + GAP + SUMS, Chart.WIDTH, 1);
    double left = chart.left();
    double top = chart.top();
    double side = SIDE / boxes;
    long most = most(rows);
    for (int row = 0; row < boxes; row++) {
      for (int column = 0; column < boxes; column++) {
        box(
            chart,
            left + column * side,
            top + row * side,
            side,
            rows[row][column],
            most,
            "row %s, column %s".formatted(range(row, perBox, size), range(column, perBox, size)));
        if (boxes <= MOST_WITH_NUMBERS && rows[row][column] > 0) {
          number(
              chart,
              left + (column + 0.5) * side,
              top + (row + 0.5) * side,
              rows[row][column],
              (double) rows[row][column] / most);
        }
      }
    }
    long mostOfRow = most(new long[][] {ofRow, ofColumn});
    for (int i = 0; i < boxes; i++) {
      double length = mostOfRow == 0 ? 0 : SUMS * ofRow[i] / mostOfRow;
      chart.box(
          left + SIDE + GAP,
          top + i * side + 1,
          length,
          Math.max(1, side - 2),
          "sum",
          "",
          "row %s: %s rows".formatted(range(i, perBox, size), Figures.count(ofRow[i])));
      length = mostOfRow == 0 ? 0 : SUMS * ofColumn[i] / mostOfRow;
      chart.box(
          left + i * side + 1,
          top + SIDE + GAP,
          Math.max(1, side - 2),
          length,
          "sum",
          "",
          "column %s: %s rows".formatted(range(i, perBox, size), Figures.count(ofColumn[i])));
    }
    int every = Math.max(1, (boxes + 7) / 8);
    for (int i = 0; i < boxes; i += every) {
      chart.text(left - 8, top + (i + 0.5) * side, String.valueOf(i * perBox), "end");
    }
    return chart.end();
  }

  private static void box(
      Chart chart, double x, double y, double side, long rows, long most, String name) {
    double share = most == 0 ? 0 : (double) rows / most;
    String fill = rows == 0 ? "" : "fill-opacity:" + Chart.number(0.12 + 0.88 * share);
    chart.box(
        x + 0.5,
        y + 0.5,
        Math.max(0.5, side - 1),
        Math.max(0.5, side - 1),
        rows == 0 ? "none" : "heat",
        fill,
        name + ": " + Figures.count(rows) + " rows");
  }

  private static void number(Chart chart, double x, double y, long rows, double share) {
    chart
        .svg()
        .element(
            "text",
            Figures.brief((double) rows),
            "class",
            share > 0.55 ? "on" : "off",
            "x",
            Chart.number(x),
            "y",
            Chart.number(y),
            "text-anchor",
            "middle",
            "dominant-baseline",
            "middle");
  }

  private static String range(int box, int perBox, int size) {
    int from = box * perBox;
    int to = Math.min(size, from + perBox) - 1;
    return from == to ? String.valueOf(from) : from + " to " + to;
  }

  private static long most(long[][] rows) {
    long most = 0;
    for (long[] row : rows) {
      for (long each : row) {
        most = Math.max(most, each);
      }
    }
    return most;
  }
}
