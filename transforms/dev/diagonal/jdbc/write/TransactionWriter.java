package dev.diagonal.jdbc.write;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.internal.jdbc.schema.Token;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.BatchOutcome.Missing;
import dev.diagonal.jdbc.write.BatchOutcome.Rejected;
import dev.diagonal.jdbc.write.RowBatches.BadRows;
import dev.diagonal.metrics.Changes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches over one connection, each in its own transaction. A transaction that fails with a
 * transient error is repeated on a new connection. Not thread-safe.
 */
final class TransactionWriter<T> implements AutoCloseable {

  private final JdbcWrite<T> write;
  private final BadRows bad;
  private final PlacedConnection connection;
  private final WriteFaults faults;
  private final boolean sharesLedger;
  private @Nullable WriterLedger ledger;

  /**
   * @param bad what happens to bad rows
   * @param ledger that another writer has opened and closes, or null to open one
   */
  TransactionWriter(JdbcWrite<T> write, BadRows bad, @Nullable WriterLedger ledger) {
    this.write = write;
    this.ledger = ledger;
    this.sharesLedger = ledger != null;
    this.bad = bad;
    this.connection = new PlacedConnection(write);
    this.faults = new WriteFaults(write, connection);
  }

  /**
   * Returns the factory of batches for this database.
   *
   * @throws SQLException if the database cannot be reached, or the table or one of its columns is
   *     missing
   */
  BatchRowsFactory<T> factory() throws Exception {
    connection.resume("look at table " + write.table().name());
    try {
      return write
          .retry()
          .call(
              () -> {
                try {
                  return look();
                } catch (SQLException fault) {
                  faults.warnOfLock(fault);
                  throw fault;
                }
              },
              SqlFaults::isRetryable);
    } catch (SQLException | Retry.ExhaustedException fault) {
      throw faults.explained("write", fault);
    } finally {
      connection.rest();
    }
  }

  private BatchRowsFactory<T> look() throws SQLException {
    boolean done = false;
    try {
      Connection open = connection.use();
      BatchRowsFactory<T> factory = BatchRowsFactory.of(open, write);
      open.rollback();
      if (ledger == null) {
        ledger = WriterLedger.open(open, write);
      }
      done = true;
      return factory;
    } finally {
      if (!done) {
        connection.discard();
      }
    }
  }

  /** Returns the ledger that {@link #factory} has opened. */
  @Nullable WriterLedger ledger() {
    return ledger;
  }

  /**
   * Writes one batch.
   *
   * @throws BadInputException if a row is refused and {@link BadRows#FAIL} applies; the message
   *     includes its key
   * @throws SQLException if the database refuses for another reason, or retries run out; the
   *     message includes the table, the number of rows and the first key
   */
  BatchOutcome write(BatchRows<T> rows, KeyOrder order, BatchPlace place) throws Exception {
    long startNanos = System.nanoTime();
    WriterLedger opened = Objects.requireNonNull(ledger, "call factory() first");
    Token token = opened.next(rows, place.number());
    Attempts attempts = new Attempts(rows, order, opened.check(token, List.of()));
    connection.resume("write %s rows to table %s".formatted(rows.size(), write.table().name()));
    RunRecorder.Open open = RunRecorder.open(() -> "table " + write.table().name(), null, 0);
    int unwritten = rows.size();
    boolean done = false;
    try {
      List<Rejected> rejected = write.retry().call(attempts::next, SqlFaults::isRetryable);
      if (token != null && !attempts.undone) {
        opened.acknowledge(token, first(rows, order, place));
        opened.confirmIfFull(connection.held());
      }
      Missing missing = attempts.missing(rejected);
      unwritten = rejected.size() + missing.rows().cardinality();
      done = true;
      return new BatchOutcome(
          rejected,
          attempts.made,
          (System.nanoTime() - startNanos) / 1_000_000,
          attempts.changes(),
          missing,
          attempts.undone);
    } catch (SQLException | Retry.ExhaustedException fault) {
      throw faults.explained(
          "write a batch of %s rows, %s,%s"
              .formatted(
                  rows.size(),
                  first(rows, order, place),
                  attempts.check.isUnproven()
                      ? " which may or may not be committed, so writing them again may write them twice,"
                      : ""),
          fault);
    } finally {
      open.close(rows.size() - unwritten, Math.max(1, attempts.made), !done);
      connection.rest();
    }
  }

  /** Returns how messages identify the first row of a batch, without values other than keys. */
  private String first(BatchRows<T> rows, KeyOrder order, BatchPlace place) {
    return write.table().keyColumns().isEmpty()
        ? "first row %s of this writer".formatted(place.firstRow())
        : "first key " + rows.key(order.sent()[0]);
  }

  /**
   * Checks that the database still has the acknowledged transactions that must not be repeated.
   *
   * @param numbered how many batches the part of the input has
   * @throws SQLException if one is missing, since a crash or a failover of the server has lost it
   */
  void confirm(int numbered) throws SQLException, InterruptedException {
    WriterLedger opened = ledger;
    if (opened == null || opened.isEmpty()) {
      return;
    }
    connection.resume("count the transactions to table " + write.table().name());
    try {
      opened.confirm(connection.held(), numbered);
    } catch (SQLException fault) {
      throw faults.explained("confirm what was written", fault);
    } finally {
      connection.rest();
    }
  }

  @Override
  public void close() {
    WriterLedger opened = ledger;
    ledger = null;
    if (opened != null && !sharesLedger) {
      opened.close();
    }
    connection.close();
  }

  private final class Attempts {
    private final BatchRows<T> rows;
    private final KeyOrder order;
    private final CommitCheck<List<Rejected>> check;
    private int made;
    private boolean sifts;
    private boolean siftedBefore;
    private boolean undone;

    /** Whether an attempt whose reply was lost may have been committed. */
    private boolean doubtful;

    Attempts(BatchRows<T> rows, KeyOrder order, CommitCheck<List<Rejected>> check) {
      this.rows = rows;
      this.order = order;
      this.check = check;
    }

    List<Rejected> next() throws SQLException {
      try {
        List<Rejected> rejected = attempt();
        faults.forget();
        return rejected;
      } catch (SQLException fault) {
        faults.warnOfLock(fault);
        throw fault;
      }
    }

    private List<Rejected> attempt() throws SQLException {
      boolean done = false;
      try {
        Connection open = connection.use();
        List<Rejected> rejected = check.begin(open);
        if (rejected == null) {
          rejected = sifts ? sifted(open) : sent(open);
        }
        done = true;
        return rejected;
      } finally {
        if (!done) {
          connection.discard(); // rolls back; the next attempt opens a new one
        }
      }
    }

    private void commit(Connection open, List<Rejected> rejected) throws SQLException {
      boolean answered = false;
      try {
        check.commit(open, rejected);
        answered = true;
      } finally {
        doubtful |= !answered;
      }
    }

    /**
     * Returns the changes. Rows that a lost attempt has added no longer look new to the next one.
     */
    Changes changes() {
      return doubtful ? Changes.UNKNOWN : rows.changes();
    }

    /**
     * Returns the rows that changed nothing. That is uncertain if an attempt that was lost may have
     * deleted them, or if an interrupted run had committed them.
     */
    Missing missing(List<Rejected> rejected) {
      boolean isCertain = made > 0 && !(doubtful && write.mode() == WriteMode.DELETE);
      return FoundRows.matterTo(write.mode()) && !undone
          ? rows.found().missing(order, rejected, isCertain)
          : Missing.NONE;
    }

    private List<Rejected> sent(Connection open) throws SQLException {
      made++;
      try {
        rows.begin(open);
        rows.send(open, order.sent(), 0, order.places());
        commit(open, List.of());
        return List.of();
      } catch (SQLException fault) {
        if (!SqlFaults.isCausedByRows(fault)) {
          throw fault;
        }
        open.rollback();
        sifts = true;
        List<Rejected> earlier = check.begin(open);
        return earlier == null ? sifted(open) : earlier;
      }
    }

    private List<Rejected> sifted(Connection open) throws SQLException {
      made++;
      doubtful |= siftedBefore && !rows.hasSavepoints(); // parts of it may be committed
      siftedBefore = true;
      List<Rejected> rejected = new RowSieve<>(open, rows, order, bad).rejected();
      if (!rejected.isEmpty() && bad == BadRows.UNDO) {
        open.rollback();
        undone = true;
        return rejected;
      }
      if (!rejected.isEmpty() && bad == BadRows.FAIL) {
        open.rollback();
        Rejected first = rejected.get(0);
        throw new BadInputException(
            "table %s of %s refuses the row of key %s: %s"
                .formatted(
                    write.table().name(), write.database(), rows.key(first.row()), first.reason()));
      }
      commit(open, rejected);
      return rejected;
    }
  }
}
