package dev.diagonal.internal.jdbc.snapshot;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import java.io.Serializable;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table or query of PostgreSQL that an incremental transfer reads: those whose value
 * in a column is not below an earlier mark minus an overlap, and those without a value.
 *
 * @param column the column
 * @param type the SQL type of the column
 * @param from the least value that is read, as PostgreSQL prints it, or null for all rows
 * @param mark the mark for the next transfer, or null if there are no values
 * @param withoutValue how many rows have no value
 * @param unseen why transactions may commit rows below the mark, or null
 * @param restored whether all rows are read because the values are far below the earlier mark
 */
public record ColumnWindow(
    String column,
    String type,
    @Nullable String from,
    @Nullable String mark,
    long withoutValue,
    @Nullable String unseen,
    boolean restored)
    implements Serializable {

  private static final Duration DAY = Duration.ofDays(1);

  /**
   * Looks at the column.
   *
   * @param connection in the transaction that reads the rows, or in an earlier one
   * @param relation the text after FROM
   * @param mark the mark of the last transfer, or null to read all rows
   * @param before the oldest transaction before the snapshot of the rows was taken; null if it is
   *     taken after this call
   * @throws BadInputException if the type of the column, or the overlap for it, is not supported
   */
  public static ColumnWindow of(
      Connection connection,
      String relation,
      String column,
      @Nullable String mark,
      ColumnOverlap overlap,
      @Nullable OldestTransaction before)
      throws SQLException {
    OldestTransaction oldest = before == null ? OldestTransaction.of(connection) : before;
    String quoted = quote(column);
    String type;
    boolean nullable;
    try (Statement statement = connection.createStatement();
        ResultSet none =
            statement.executeQuery(
                SqlScript.forDriver("SELECT %s FROM %s LIMIT 0".formatted(quoted, relation)))) {
      ResultSetMetaData found = none.getMetaData();
      type = found.getColumnTypeName(1);
      nullable = found.isNullable(1) != ResultSetMetaData.columnNoNulls;
    }
    String capped = capped("max(%s)".formatted(quoted), type, oldest.start());
    if (capped == null) {
      throw new BadInputException(
          "column '%s' has type %s, but an incremental transfer needs whole numbers, dates or timestamps"
              .formatted(column, type));
    }
    String from = mark == null ? null : below(connection, mark, column, type, overlap);
    String sql =
        "SELECT (%s)::text, %s FROM %s"
            .formatted(
                capped,
                from == null
                    ? "false"
                    : "max(%s) IS NULL OR max(%1$s) < %s".formatted(quoted, literal(from, type)),
                relation);
    String next;
    boolean restored;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(SqlScript.forDriver(sql))) {
      result.next();
      next = result.getString(1);
      restored = result.getBoolean(2);
    }
    long withoutValue = nullable ? countNulls(connection, relation, quoted) : 0;
    String unseen =
        isTime(type) && overlap.equals(ColumnOverlap.USUAL) && next != null
            ? oldest.unseen()
            : null;
    return new ColumnWindow(
        column, type, restored ? null : from, next, withoutValue, unseen, restored);
  }

  /** Returns an expression for the next mark, or null if the type is not supported. */
  private static @Nullable String capped(String max, String type, String oldest) {
    return switch (type) {
      case "int2", "int4", "int8", "smallserial", "serial", "bigserial" -> max;
      case "timestamptz", "timestamp", "date" ->
          // least() ignores nulls: without values there is no mark.
          "CASE WHEN %1$s IS NOT NULL THEN least(%1$s, '%3$s'::timestamptz::%2$s) END"
              .formatted(max, type, oldest);
      default -> null;
    };
  }

  private static boolean isTime(String type) {
    return type.equals("timestamptz") || type.equals("timestamp") || type.equals("date");
  }

  private static String below(
      Connection connection, String mark, String column, String type, ColumnOverlap overlap)
      throws SQLException {
    if (!isTime(type)) {
      Long number = overlap.number();
      if (number == null) {
        throw unsuitable(column, type, "a number, such as 1000");
      }
      return new BigInteger(mark)
          .subtract(BigInteger.valueOf(number))
          .max(BigInteger.valueOf(Long.MIN_VALUE))
          .toString();
    }
    Duration time = overlap.timeFor(type);
    if (time == null) {
      throw unsuitable(column, type, "a time, such as 10m or 1d");
    }
    String less =
        type.equals("date")
            ? String.valueOf((time.toSeconds() + DAY.toSeconds() - 1) / DAY.toSeconds())
            : "interval '%s seconds'".formatted(time.toSeconds());
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT (%s - %s)::text".formatted(literal(mark, type), less))) {
      result.next();
      return result.getString(1);
    }
  }

  private static BadInputException unsuitable(String column, String type, String needed) {
    return new BadInputException(
        "the overlap of column '%s' of type %s must be %s".formatted(column, type, needed));
  }

  private static long countNulls(Connection connection, String relation, String quoted)
      throws SQLException {
    String sql = "SELECT count(*) FROM %s WHERE %s IS NULL".formatted(relation, quoted);
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(SqlScript.forDriver(sql))) {
      result.next();
      return result.getLong(1);
    }
  }

  private static String literal(String value, String type) {
    return isTime(type) ? PostgresSql.literal(value) + "::" + type : value;
  }

  /** Returns the condition for the rows that are read, or null for all rows. */
  public @Nullable String condition() {
    return from == null
        ? null
        : "(%1$s >= %2$s OR %1$s IS NULL)".formatted(quote(column), literal(from, type));
  }

  /** Returns what the user should know, a line each. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (restored) {
      remarks.add(
          "all rows were read: the values of column %s are below those of the last transfer"
              .formatted(column));
    } else if (from != null) {
      remarks.add("only rows with %s of %s or later were read".formatted(column, from));
    }
    if (unseen != null) {
      remarks.add(
          "the server does not show all transactions in progress (%s): set --incrementalOverlap to more than the longest one"
              .formatted(unseen));
    }
    if (withoutValue > 0) {
      remarks.add(
          String.format(
              Locale.ROOT,
              "%,d rows have no %s: they are read by every transfer",
              withoutValue,
              column));
    }
    return remarks;
  }
}
