package dev.diagonal.internal.transfer.sink;

import dev.diagonal.internal.jdbc.table.RowTriggers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Counts the rows of a stage before and after they are published. */
final class StageRows {

  /** The SQLState for a stage that has lost rows: data corrupted. */
  private static final String LOST_ROWS = "XX001";

  /** How many rows were dropped if that is unknown. */
  static final long UNKNOWN = -1;

  private StageRows() {}

  /** Throws if the stage does not have exactly the rows of the acknowledged ranges. */
  static void verify(Statement statement, StagedTable table) throws SQLException {
    long ranges = 0;
    long sealed = -1;
    long acknowledged = 0;
    long found = 0;
    int wrong = 0;
    try (ResultSet result = statement.executeQuery(new StageSql(table).verify())) {
      while (result.next()) {
        if (result.getInt(1) == StagedTable.SEAL) {
          sealed = result.getLong(2);
          continue;
        }
        ranges++;
        acknowledged += result.getLong(2);
        found += result.getLong(4);
        boolean isRight =
            result.getLong(2) == result.getLong(4)
                && result.getLong(3) == result.getBigDecimal(5).toBigInteger().longValue();
        wrong += isRight ? 0 : 1;
      }
    }
    if (sealed != ranges || wrong > 0) {
      String problem =
          sealed < 0
              ? "the stage is not complete: its list of ranges is missing"
              : sealed != ranges
                  ? String.format(Locale.ROOT, "the stage has %,d ranges of %,d", ranges, sealed)
                  : String.format(
                      Locale.ROOT,
                      "the database acknowledged %,d rows, but the stage has %,d of them (%,d of"
                          + " %,d ranges differ)",
                      acknowledged,
                      found,
                      wrong,
                      ranges);
      throw new SQLException(
          "%s; a crash or a failover of the server has changed it. Table %s is unchanged: run the command again"
              .formatted(problem, table.target().name()),
          LOST_ROWS);
    }
  }

  /**
   * Returns how many rows a trigger or a rule of the target has dropped. The rows of the stage are
   * counted only if there is one.
   *
   * @param applied how many rows the target has counted, or null if rows were tried one by one
   * @return {@link #UNKNOWN} if that is unknown
   */
  static long dropped(Connection connection, StagedTable table, @Nullable Long applied)
      throws SQLException {
    String count = new StageSql(table).countApplicable();
    if (count == null || !RowTriggers.of(table.target().name()).onUpsert(connection)) {
      return 0;
    }
    if (applied == null) {
      return UNKNOWN;
    }
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(count)) {
      result.next();
      return result.getLong(1) - applied;
    }
  }
}
