package dev.diagonal.internal.edges;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.jdbc.write.QueryRows;
import dev.diagonal.rows.BadValueException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads edges from the result of a query, by the columns that a format names. */
public final class EdgeQuery {

  private EdgeQuery() {}

  /**
   * Returns a reader of edges. A row without a source, a target or an id is rejected.
   *
   * @param format its columns are names or positions in the result
   * @throws IllegalArgumentException if the format has no column for the edge's id: rows of a query
   *     have no place that would be the same in the next run
   */
  public static QueryRows.Reader<Edge> reader(EdgeFormat format) {
    String id = format.id();
    if (id == null) {
      throw new IllegalArgumentException("edges of a query need an id column");
    }
    return (result, edges) -> read(format, id, result, edges);
  }

  private static void read(EdgeFormat format, String idColumn, ResultSet result, Output<Edge> edges)
      throws SQLException {
    Object id = id(result, idColumn, format.idKind() == IdKind.TEXT);
    Object source = id(result, format.source(), format.textIds());
    Object target = id(result, format.target(), format.textIds());
    List<@Nullable String> columns = new ArrayList<>();
    EdgeValues values = new EdgeValues(format.columns());
    try {
      for (int i = 0; i < format.columns().size(); i++) {
        int position = position(result, format.columns().get(i).name());
        columns.add(values.of(i, result.getString(position)));
      }
    } catch (BadValueException e) {
      edges.reject(
          DeadLetter.ofRow(
              String.valueOf(e.getMessage()), "%s: %s -> %s".formatted(id, source, target)));
      return;
    }
    if (id == null || source == null || target == null) {
      String missing = id == null ? "id" : source == null ? "source" : "target";
      edges.reject(
          DeadLetter.ofRow(missing + " is null", "%s: %s -> %s".formatted(id, source, target)));
    } else {
      edges.emit(Edge.of(id, source, target, columns));
    }
  }

  private static @Nullable Object id(ResultSet result, String column, boolean text)
      throws SQLException {
    int position = position(result, column);
    if (text) {
      return result.getString(position);
    }
    long number = result.getLong(position);
    return result.wasNull() ? null : (Object) number;
  }

  private static int position(ResultSet result, String column) throws SQLException {
    Integer position = EdgeFormat.position(column);
    return position == null ? result.findColumn(column) : position;
  }
}
