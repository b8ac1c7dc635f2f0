package dev.diagonal.jdbc;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.BatchOutcome.Rejected;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes batches over one connection, each in a transaction of its own, which is repeated on a
 * fresh connection while it fails for a reason that may pass. Not safe for use by several threads
 * at once.
 */
final class TransactionWriter<T> implements AutoCloseable {

  private static final String LOCK_TIMED_OUT = "55P03";

  private final JdbcWrite<T> write;
  private final boolean rejects;
  private final PlacedConnection connection;

  /**
   * @param rejects whether bad rows are told in the outcome, and the others written; else they fail
   *     the batch
   */
  TransactionWriter(JdbcWrite<T> write, boolean rejects) {
    this.write = write;
    this.rejects = rejects;
    this.connection = new PlacedConnection(write);
  }

  /**
   * Returns what makes batches, as the database wants them.
   *
   * @throws SQLException if the database cannot be reached, or the table or one of its columns is
   *     missing
   */
  BatchRowsFactory<T> factory() throws Exception {
    connection.resume("look at table " + write.table().name());
    try {
      return write.retry().call(this::look, SqlFaults::isRetryable);
    } catch (SQLException | Retry.ExhaustedException fault) {
      throw explained("write", fault);
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
      done = true;
      return factory;
    } finally {
      if (!done) {
        connection.discard();
      }
    }
  }

  /**
   * Writes one batch.
   *
   * @throws BadInputException if a row is refused, and rejects are not wanted; the message has its
   *     key
   * @throws SQLException if the database refuses for another reason, or retries run out; the
   *     message has the table, how many rows, and the first key
   */
  BatchOutcome write(BatchRows<T> rows, KeyOrder order) throws Exception {
    long startNanos = System.nanoTime();
    Attempts attempts = new Attempts(rows, order);
    connection.resume("write %d rows to table %s".formatted(rows.size(), write.table().name()));
    try {
      List<Rejected> rejected = write.retry().call(attempts::next, SqlFaults::isRetryable);
      return new BatchOutcome(
          rejected, attempts.made, (System.nanoTime() - startNanos) / 1_000_000);
    } catch (SQLException | Retry.ExhaustedException fault) {
      throw explained(
          "write a batch of %d rows, first key %s,"
              .formatted(rows.size(), rows.key(order.sent()[0])),
          fault);
    } finally {
      connection.rest();
    }
  }

  @Override
  public void close() {
    connection.close();
  }

  private SQLException explained(String what, Exception fault) {
    String state = SqlFaults.state(fault);
    return new SQLException(
        "cannot %s to table %s of %s: %s%s"
            .formatted(
                what,
                write.table().name(),
                write.database(),
                fault.getMessage(),
                LOCK_TIMED_OUT.equals(state) ? holders() : ""),
        state,
        fault);
  }

  private String holders() {
    try {
      return "; " + TableLocks.holders(connection.use(), write.table());
    } catch (SQLException e) {
      return "; who holds the locks is not known: " + e.getMessage();
    } finally {
      connection.discard();
    }
  }

  /** The attempts at one batch. */
  private final class Attempts {
    private final BatchRows<T> rows;
    private final KeyOrder order;
    private final CommitProof proof = new CommitProof();
    private int made;
    private boolean sifts;
    private @Nullable List<Rejected> unproven;

    Attempts(BatchRows<T> rows, KeyOrder order) {
      this.rows = rows;
      this.order = order;
    }

    List<Rejected> next() throws SQLException {
      boolean done = false;
      try {
        Connection open = connection.use();
        if (unproven != null && proof.isCommitted(open)) {
          open.rollback();
          done = true;
          return unproven;
        }
        unproven = null;
        List<Rejected> rejected = sifts ? sifted(open) : sent(open);
        done = true;
        return rejected;
      } finally {
        if (!done) {
          connection.discard(); // which rolls back, and the next attempt starts on a fresh one
        }
      }
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
        return sifted(open);
      }
    }

    private List<Rejected> sifted(Connection open) throws SQLException {
      made++;
      List<Rejected> rejected = new Sieve<>(open, rows, order, !rejects).rejected();
      if (!rejects && !rejected.isEmpty()) {
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

    /** Only a plain insert must not be repeated: all else has the same effect a second time. */
    private void commit(Connection open, List<Rejected> rejected) throws SQLException {
      if (write.mode() == WriteMode.INSERT && open.isWrapperFor(PGConnection.class)) {
        proof.prepare(open);
        unproven = rejected;
      }
      open.commit();
      unproven = null;
    }
  }
}
