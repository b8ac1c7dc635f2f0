package dev.diagonal.internal.transfer.source;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quote;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.sql.SqlScript;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a table or query, in ranges of a whole-number key if there is one. */
abstract class RelationRows implements BlockSource {

  private final JdbcTarget database;
  private final String relation;
  private final String shown;
  private final @Nullable String key;
  private final int maxRanges;
  private final RowType type;

  /**
   * @param relation the text after FROM
   * @param shown how messages name it
   * @param key the column whose ranges are read, or null for one range
   * @throws BadInputException if {@code key} is not a column of {@code type}, or does not hold
   *     whole numbers
   */
  RelationRows(
      JdbcTarget database,
      String relation,
      String shown,
      @Nullable String key,
      int maxRanges,
      RowType type) {
    if (key != null && type.indexOf(key) < 0) {
      throw new BadInputException(
          "--rangeKey: %s has no column '%s'%s"
              .formatted(shown, key, NearestName.hint(key, type.names())));
    }
    if (key != null && !type.field(type.indexOf(key)).type().isWhole()) {
      throw new BadInputException(
          "column '%s' does not hold whole numbers, so it cannot be the range key; --rangeKey names another column"
              .formatted(key));
    }
    this.database = database;
    this.relation = relation;
    this.shown = shown;
    this.key = key;
    this.maxRanges = maxRanges;
    this.type = type;
  }

  final @Nullable String key() {
    return key;
  }

  final int maxRanges() {
    return maxRanges;
  }

  /** Returns the text after FROM for a query as the user wrote it. */
  static String relationOf(String query) {
    return SqlScript.bracketed(query) + " AS diagonal_rows";
  }

  /**
   * Opens the rows of a range.
   *
   * @param relation the text after FROM, with the condition of the range
   */
  abstract RowBlockReader read(
      JdbcTarget database, String relation, int blockRows, RowOrigin origin) throws SQLException;

  /** Returns conditions on all rows: none if all rows of the relation are read. */
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

  /** Opens the rows of all parts that meet a condition. */
  final RowBlockReader openWhere(String condition, int blockRows) throws SQLException {
    List<String> conditions = new ArrayList<>(conditions());
    conditions.add(condition);
    return open(relation, conditions, blockRows);
  }

  /**
   * Opens the rows of a relation that meet conditions. Messages name the conditions: the numbers of
   * rows in them count these rows only.
   */
  final RowBlockReader open(String from, List<String> conditions, int blockRows)
      throws SQLException {
    String where = where(conditions);
    return read(database, from + where, blockRows, RowOrigin.of(describe() + where));
  }

  static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }
}
