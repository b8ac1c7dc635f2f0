package dev.diagonal.jdbc.relationships;

import dev.diagonal.internal.jdbc.copy.WireLimit;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the columns of a table, which are looked up once, when they first matter. Used by
 * one thread.
 */
final class ColumnLimits {

  /** String data, right truncation. */
  private static final String DOES_NOT_FIT = "22001";

  private final Table table;
  private @Nullable List<@Nullable WireLimit> limits;

  ColumnLimits(Table table) {
    this.table = table;
  }

  /**
   * Checks that the table stores values unchanged. An INSERT would cut off blanks and round numbers
   * and times without an error.
   *
   * @throws SQLException with the SQLState of values that do not fit
   */
  void check(Connection connection, BoundColumns values) throws SQLException {
    List<@Nullable WireLimit> found = limits;
    if (found == null) {
      found = WireLimit.ofTexts(connection, table);
      limits = found;
    }
    for (int column = 0; column < found.size(); column++) {
      WireLimit limit = found.get(column);
      try {
        if (limit != null) {
          values.check(column, limit);
        }
      } catch (IllegalArgumentException changed) {
        throw new SQLException(changed.getMessage(), DOES_NOT_FIT, changed);
      }
    }
  }
}
