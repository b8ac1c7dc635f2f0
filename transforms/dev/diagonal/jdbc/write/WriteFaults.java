package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.TableLocks;
import dev.diagonal.internal.metrics.Warnings;
import java.sql.SQLException;

/** Explains why a write fails or waits. Not thread-safe. */
final class WriteFaults {

  private final JdbcWrite<?> write;
  private final PlacedConnection connection;
  private boolean warned;

  WriteFaults(JdbcWrite<?> write, PlacedConnection connection) {
    this.write = write;
    this.connection = connection;
  }

  /** Warns about a lock wait, once until {@link #forget}, as it may last for several attempts. */
  void warnOfLock(SQLException fault) {
    if (TableLocks.LOCK_TIMED_OUT.equals(SqlFaults.state(fault)) && !warned) {
      warned = true;
      Warnings.warn(
          "table %s of %s: lock timeout%s; retrying"
              .formatted(write.table().name(), write.database(), holders()));
    }
  }

  /** Forgets the last warning: an attempt was successful. */
  void forget() {
    warned = false;
  }

  /**
   * Returns an exception that names the table, the database and, after a lock timeout, the holders
   * of the locks.
   *
   * @param what could not be done
   */
  SQLException explained(String what, Exception fault) {
    String state = SqlFaults.state(fault);
    return new SQLException(
        "cannot %s to table %s of %s: %s%s"
            .formatted(
                what,
                write.table().name(),
                write.database(),
                fault.getMessage(),
                TableLocks.LOCK_TIMED_OUT.equals(state) ? holders() : ""),
        state,
        fault);
  }

  /**
   * Describes the sessions that hold locks on the table, as far as the database knows them; starts
   * with "; ".
   */
  private String holders() {
    try {
      return "; " + TableLocks.holders(connection.use(), write.table().name());
    } catch (SQLException e) {
      return "; the holders of the locks are unknown: " + e.getMessage();
    } finally {
      connection.discard();
    }
  }
}
