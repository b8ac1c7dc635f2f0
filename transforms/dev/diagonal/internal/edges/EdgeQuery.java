package dev.diagonal.internal.edges;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads edges from the result of a query, by the columns that a format names. */
public final class EdgeQuery {

  /** How many rows are read before anything is created. */
  private static final int MOST_ROWS = 100;

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
    return new Rows(format, id);
  }

  /** Reads rows on one thread. */
  private static final class Rows implements QueryRows.Reader<Edge> {

    private static final long serialVersionUID = 1;

    private final EdgeFormat format;
    private final String id;
    private transient @Nullable EdgeValues values;

    Rows(EdgeFormat format, String id) {
      this.format = format;
      this.id = id;
    }

    @Override
    public void read(ResultSet result, Output<Edge> edges) throws SQLException {
      EdgeValues known = values;
      if (known == null) {
        known = new EdgeValues(format.columns());
        values = known;
      }
      EdgeQuery.read(format, id, known, result, edges);
    }
  }

  /**
   * Reads the first rows of a query, before anything is created. Only the columns are looked at
   * where the ids cannot fail to fit.
   *
   * @param keepsBadRecords whether the run goes on after a bad record
   * @param always whether rows are read even if their ids cannot fail to fit
   * @return the first edges
   * @throws BadInputException if the result has no such column; if a row is bad and {@code
   *     keepsBadRecords} is false; if the first {@value #MOST_ROWS} rows are all bad
   * @throws SQLException if the database cannot be reached, or refuses the query
   */
  public static List<Edge> check(
      JdbcTarget database, String query, EdgeFormat format, boolean keepsBadRecords, boolean always)
      throws SQLException, InterruptedException {
    return RetriedTransaction.in(database, "look at the rows of --inputQuery")
        .run(
            connection -> {
              HeldConnection.awaitRows(connection);
              try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION READ ONLY");
              }
              FirstRows first = new FirstRows();
              if (!first.read(connection, query, format, 0) || always) {
                boolean unused = first.read(connection, query, format, MOST_ROWS);
              }
              return first;
            })
        .require(keepsBadRecords);
  }

  /** What the first rows of a query are. */
  private static final class FirstRows implements Output<Edge> {

    private final List<Edge> edges = new ArrayList<>();
    private int good;
    private int bad;
    private @Nullable DeadLetter fault;

    /** Reads rows; returns whether further ones cannot be bad for the types of their ids. */
    boolean read(Connection connection, String query, EdgeFormat format, int limit)
        throws SQLException {
      String sql = "SELECT * FROM %s AS diagonal_rows LIMIT %s";
      try (Statement statement = connection.createStatement();
          ResultSet result =
              statement.executeQuery(
                  SqlScript.forDriver(sql.formatted(SqlScript.bracketed(query), limit)))) {
        boolean sure = true;
        for (String column : columns(format)) {
          int position = position(result, column);
          sure &= !isNumber(format, column) || isWhole(result, position);
        }
        QueryRows.Reader<Edge> reader = reader(format);
        while (result.next()) {
          reader.read(result, this);
        }
        return sure;
      }
    }

    @Override
    public void emit(Edge edge) {
      good++;
      edges.add(edge);
    }

    @Override
    public void reject(DeadLetter row) {
      fault = fault == null ? row : fault;
      bad++;
    }

    List<Edge> require(boolean keepsBadRecords) {
      if (fault != null && (!keepsBadRecords || (good == 0 && bad == MOST_ROWS))) {
        throw new BadInputException("--inputQuery: " + fault.describe());
      }
      return edges;
    }
  }

  private static List<String> columns(EdgeFormat format) {
    List<String> columns = new ArrayList<>(List.of(format.source(), format.target()));
    if (format.id() != null) {
      columns.add(format.id());
    }
    format.columns().forEach(column -> columns.add(column.name()));
    return columns;
  }

  /** Whether the ids in a column are to be numbers. */
  private static boolean isNumber(EdgeFormat format, String column) {
    boolean end = column.equals(format.source()) || column.equals(format.target());
    return (end && !format.textIds())
        || (column.equals(format.id()) && format.idKind() != IdKind.TEXT);
  }

  private static void read(
      EdgeFormat format, String idColumn, EdgeValues values, ResultSet result, Output<Edge> edges)
      throws SQLException {
    Object id;
    Object source;
    Object target;
    List<@Nullable String> columns = new ArrayList<>();
    try {
      id = id(result, "id", idColumn, format.idKind() == IdKind.TEXT);
      source = id(result, "source", format.source(), format.textIds());
      target = id(result, "target", format.target(), format.textIds());
      for (int i = 0; i < format.columns().size(); i++) {
        int position = position(result, format.columns().get(i).name());
        columns.add(values.of(i, result.getString(position)));
      }
    } catch (BadValueException e) {
      edges.reject(
          DeadLetter.ofRow(String.valueOf(e.getMessage()), text(format, idColumn, result)));
      return;
    }
    if (id == null || source == null || target == null) {
      String missing = id == null ? "id" : source == null ? "source" : "target";
      edges.reject(DeadLetter.ofRow(missing + " is null", text(format, idColumn, result)));
    } else {
      edges.emit(Edge.of(id, source, target, columns));
    }
  }

  private static String text(EdgeFormat format, String idColumn, ResultSet result)
      throws SQLException {
    return "%s: %s -> %s"
        .formatted(
            result.getString(position(result, idColumn)),
            result.getString(position(result, format.source())),
            result.getString(position(result, format.target())));
  }

  /**
   * Returns an id, or null.
   *
   * @throws BadValueException if it is to be a number and is not a whole one of 64 bits
   */
  private static @Nullable Object id(ResultSet result, String what, String column, boolean text)
      throws SQLException, BadValueException {
    int position = position(result, column);
    if (text) {
      return result.getString(position);
    }
    if (isWhole(result, position)) {
      long number = result.getLong(position);
      return result.wasNull() ? null : (Object) number;
    }
    // The driver would cut off the fraction of a number.
    String value = result.getString(position);
    try {
      return value == null ? null : (Object) new BigDecimal(value).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new BadValueException(
          "the %s '%s' is not a whole number of 64 bits; for ids that are text use --%s=text"
              .formatted(what, value, what.equals("id") ? "edgeIdType" : "idType"));
    }
  }

  private static boolean isWhole(ResultSet result, int position) throws SQLException {
    return switch (result.getMetaData().getColumnType(position)) {
      case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> true;
      default -> false;
    };
  }

  private static int position(ResultSet result, String column) throws SQLException {
    Integer position = EdgeFormat.position(column);
    int columns = result.getMetaData().getColumnCount();
    if (position == null) {
      try {
        return result.findColumn(column);
      } catch (SQLException e) {
        throw new BadInputException("the query has no column '%s'".formatted(column), e);
      }
    }
    if (position > columns) {
      throw new BadInputException(
          "the query has no column %s: it has %s".formatted(position, columns));
    }
    return position;
  }
}
