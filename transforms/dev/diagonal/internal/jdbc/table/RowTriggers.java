package dev.diagonal.internal.jdbc.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The triggers of a table and its partitions that may drop or change a row before it is written,
 * and its rules. A view and a foreign table count as having some: those of the tables below are not
 * looked for. Those for INSERT are looked up once, when they first matter. Thread-safe.
 */
public final class RowTriggers {

  private static final int EACH_ROW = 1;
  private static final int BEFORE_OR_INSTEAD = 2 | 64;
  private static final int INSERT = 4;
  private static final int DELETE = 8;
  private static final int UPDATE = 16;

  private static final String FIND =
      """
      SELECT EXISTS (SELECT FROM pg_trigger
        WHERE (tgrelid = to_regclass(?) OR tgrelid IN
            (SELECT relid FROM pg_partition_tree(to_regclass(?))))
          AND NOT tgisinternal AND tgenabled <> 'D'
          AND tgtype & %s <> 0 AND tgtype & %s <> 0 AND tgtype & %s <> 0)
        OR EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(?) AND relkind IN ('v', 'f'))
        OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(?))
      """;

  private static final String FIND_RULES =
      """
      SELECT EXISTS (SELECT FROM pg_rewrite
        WHERE ev_class = to_regclass(?) AND rulename <> '_RETURN')""";

  private final String quoted;
  private volatile @Nullable Boolean onInsert;
  private volatile @Nullable Boolean rules;

  private RowTriggers(String quoted) {
    this.quoted = quoted;
  }

  /**
   * Returns the triggers of a table.
   *
   * @param table {@code table} or {@code schema.table}
   */
  public static RowTriggers of(String table) {
    return new RowTriggers(PostgresSql.quoteTable(table));
  }

  /** Returns whether there is one for INSERT. A trigger that is created later is not noticed. */
  public boolean onInsert(Connection connection) throws SQLException {
    Boolean found = onInsert;
    if (found == null) {
      found = exist(connection, INSERT);
      onInsert = found;
    }
    return found;
  }

  /** Returns whether there is one for INSERT or UPDATE. */
  public boolean onUpsert(Connection connection) throws SQLException {
    return exist(connection, INSERT | UPDATE);
  }

  /** Returns whether there is one for UPDATE, or for DELETE. */
  public boolean onChange(Connection connection, boolean delete) throws SQLException {
    return exist(connection, delete ? DELETE : UPDATE);
  }

  /**
   * Returns whether the table has rules, with which a statement need not return rows. One that is
   * created later is not noticed.
   */
  public boolean areRules(Connection connection) throws SQLException {
    Boolean found = rules;
    if (found == null) {
      found = holds(connection, FIND_RULES, 1);
      rules = found;
    }
    return found;
  }

  private boolean exist(Connection connection, int events) throws SQLException {
    return holds(connection, FIND.formatted(EACH_ROW, BEFORE_OR_INSTEAD, events), 4);
  }

  /**
   * @param parameters how many parameters the query has, which are all the name of the table
   */
  private boolean holds(Connection connection, String query, int parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 1; i <= parameters; i++) {
        statement.setString(i, quoted);
      }
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }
}
