package dev.diagonal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a table or query, in ranges of a whole-numbered key where there is one. */
abstract class RelationRows implements TransferSource {

  private final JdbcTarget database;
  private final String relation;
  private final String shown;
  private final @Nullable String key;
  private final int maxRanges;
  private final RowType type;

  /**
   * @param relation what stands behind FROM
   * @param shown what messages call it
   * @param key the column that ranges are of, or null for one range
   * @throws BadInputException if {@code key} is no column of {@code type}, or holds no whole
   *     numbers
   */
  RelationRows(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges,
      RowType type) {
    if (key != null && !type.field(Columns.indexOf(type, key)).type().isWhole()) {
      throw new BadInputException("column '" + key + "' holds no whole numbers to make ranges of");
    }
    this.database = database;
    this.relation = relation;
    this.shown = shown;
    this.key = key;
    this.maxRanges = maxRanges;
    this.type = type;
  }

  /** Returns what stands behind FROM for a query as a user gives it. */
  static String relationOf(String query) {
    return SqlScript.bracketed(query) + " AS diagonal_rows";
  }

  /**
   * Opens the rows of a part.
   *
   * @param relation what stands behind FROM, with the condition of the part
   */
  abstract RowBlockReader read(
      JdbcTarget database, String relation, int blockRows, RowOrigin origin) throws SQLException;

  /** Returns the conditions of the rows of all parts: none if all rows of the relation are read. */
  List<String> conditions() {
    return List.of();
  }

  @Override
  public final RowType blockType() {
    return type;
  }

  @Override
  public final RowType declared() {
    return type;
  }

  @Override
  public final boolean readsBytes() {
    return false;
  }

  @Override
  public final long bytes() {
    return 0;
  }

  @Override
  public final String describe() {
    return shown + " of " + database;
  }

  @Override
  public int mostRanges() {
    return key == null ? 1 : maxRanges;
  }

  @Override
  public List<SourceRange> ranges() throws SQLException, InterruptedException {
    if (key == null) {
      return List.of(KeyRanges.all(describe()));
    }
    String bounds = "SELECT min(%1$s), max(%1$s) FROM %2$s".formatted(quote(key), relation);
    return RetriedTransaction.in(database, "find the first and the last key of " + shown)
        .withLongStatements()
        .run(
            connection -> {
              try (Statement statement = connection.createStatement();
                  ResultSet result = statement.executeQuery(bounds)) {
                result.next();
                long first = result.getLong(1);
                return result.wasNull()
                    ? List.of(KeyRanges.all(describe()))
                    : KeyRanges.cut(first, result.getLong(2), maxRanges, describe());
              }
            });
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws SQLException {
    List<String> conditions = new ArrayList<>(conditions());
    if (key != null) {
      conditions.addAll(KeyRanges.conditions(quote(key), range));
    }
    return open(relation, conditions, blockRows);
  }

  /** Opens the rows of all parts that fulfil a condition. */
  final RowBlockReader openWhere(String condition, int blockRows) throws SQLException {
    List<String> conditions = new ArrayList<>(conditions());
    conditions.add(condition);
    return open(relation, conditions, blockRows);
  }

  /** Opens the rows of a relation that fulfil conditions. */
  final RowBlockReader open(String from, List<String> conditions, int blockRows)
      throws SQLException {
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    return read(database, from + where, blockRows, RowOrigin.of(describe()));
  }
}
