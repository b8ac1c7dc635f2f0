package dev.diagonal.statement;

import dev.diagonal.grid.CellLocks;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.TableLocks;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.List;
import java.util.Map;

/**
 * Runs a SQL statement with the rows of a batch, over one connection.
 *
 * <p>Not thread-safe.
 */
final class SqlWriter<T> implements BatchWriter<T> {

  private final RunStatement<T> settings;
  private final SqlCall call;
  private final HeldConnection connection;
  private Map<String, Long> changes = Map.of();

  SqlWriter(RunStatement<T> settings) {
    this.settings = settings;
    this.call = settings.sql();
    this.connection = HeldConnection.toAny(settings.database());
  }

  /**
   * {@inheritDoc}
   *
   * @throws SQLException if the database refuses the batch
   */
  @Override
  public void write(Batch<T> batch) throws Exception {
    List<BoundRow> rows = settings.parameters().bind(batch.rows());
    CellLocks locks = settings.locks();
    boolean committed = false;
    try {
      Connection transaction = connection.use();
      SqlSlots slots = settings.slots();
      if (locks != null && slots != null) {
        slots.take(transaction, locks, batch.cell());
      }
      Map<String, Long> report = call.execute(transaction, rows);
      transaction.commit();
      changes = report;
      committed = true;
    } catch (SQLException fault) {
      throw RowParameters.explained(rows, fault);
    } finally {
      if (!committed) {
        connection.close(); // the server rolls back; the next batch opens a new one
      }
    }
  }

  @Override
  public Map<String, Long> reported() {
    return changes;
  }

  @Override
  public boolean isRetryable(Exception fault) {
    return SqlFaults.isRetryable(fault);
  }

  @Override
  public boolean isCausedByRows(Exception fault) {
    return SqlFaults.isCausedByRows(fault);
  }

  @Override
  public boolean isLockTimeout(Exception fault) {
    return fault.getCause() instanceof SQLTimeoutException
        || TableLocks.LOCK_TIMED_OUT.equals(SqlFaults.state(fault));
  }

  @Override
  public void close() {
    connection.close();
  }
}
