package dev.diagonal.pipelines.dryrun;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a run, for the user.
 *
 * @param columns the names of the columns
 * @param rows the values of each row, null where there is none
 */
public record ShownRows(List<String> columns, List<List<@Nullable String>> rows) {

  /** The number of rows that a dry run shows. */
  public static final int MOST = 5;

  private static final int MOST_COLUMNS = 12;
  private static final int WIDEST = 36;

  public ShownRows {
    columns = List.copyOf(columns);
    rows = rows.stream().limit(MOST).toList();
  }

  /**
   * Returns rows as a binder writes them to a table.
   *
   * @throws Exception if the binder refuses a row
   */
  public static <T> ShownRows of(Table table, RowBinder<T> binder, List<T> rows) throws Exception {
    List<List<@Nullable String>> shown = new ArrayList<>();
    for (T row : rows.subList(0, Math.min(MOST, rows.size()))) {
      BoundRow bound = BoundRow.of(table, binder, row);
      List<@Nullable String> values = new ArrayList<>();
      for (int i = 0; i < table.columns().size(); i++) {
        Object value = bound.value(i);
        values.add(value == null ? null : value.toString());
      }
      shown.add(values);
    }
    return new ShownRows(table.columns().stream().map(Column::name).toList(), shown);
  }

  /** Returns rows whose values are all known. */
  public static ShownRows of(List<String> columns, List<List<String>> rows) {
    List<List<@Nullable String>> values = new ArrayList<>();
    rows.forEach(row -> values.add(new ArrayList<@Nullable String>(row)));
    return new ShownRows(columns, values);
  }

  /** Returns the first rows of blocks of a type. */
  public static ShownRows of(RowType type, List<RowBlock> blocks) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    ByteBuilder text = new ByteBuilder(64);
    for (RowBlock block : blocks) {
      for (int row = 0; row < block.rows() && rows.size() < MOST; row++) {
        List<@Nullable String> values = new ArrayList<>();
        for (int column = 0; column < block.columns(); column++) {
          if (block.isNull(row, column)) {
            values.add(null);
          } else {
            text.clear();
            ValueFormatter.put(block, row, column, text);
            values.add(text.toString());
          }
        }
        rows.add(values);
      }
    }
    return new ShownRows(type.names(), rows);
  }

  int count() {
    return rows.size();
  }

  /** Returns a line with the names and one per row, in columns of equal width. */
  List<String> lines() {
    int shown = Math.min(MOST_COLUMNS, columns.size());
    int[] widths = new int[shown];
    List<List<String>> cells = new ArrayList<>();
    cells.add(columns.subList(0, shown).stream().map(ShownRows::cut).toList());
    rows.forEach(row -> cells.add(row.subList(0, shown).stream().map(ShownRows::cell).toList()));
    for (List<String> row : cells) {
      for (int i = 0; i < shown; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < shown; i++) {
        String cell = row.get(i);
        line.append(i == 0 ? "" : "  ").append(cell).append(" ".repeat(widths[i] - cell.length()));
      }
      lines.add(line.toString().stripTrailing());
    }
    if (shown < columns.size()) {
      lines.set(0, lines.get(0) + "  and %s more columns".formatted(columns.size() - shown));
    }
    return lines;
  }

  private static String cell(@Nullable String value) {
    return value == null ? "NULL" : value.isEmpty() ? "''" : cut(value);
  }

  private static String cut(String value) {
    String line = Printable.line(value);
    return line.length() <= WIDEST ? line : line.substring(0, WIDEST - 1) + "…";
  }
}
