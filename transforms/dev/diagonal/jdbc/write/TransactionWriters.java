package dev.diagonal.jdbc.write;

import dev.diagonal.internal.jdbc.table.KeyOrder;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.RowBatches.BadRows;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections over which one writer writes its batches. If rows have no key, the order of
 * batches does not matter, and each batch in flight has its own connection; otherwise there is one.
 * A connection is opened when all others are in use. All share the ledger of the first.
 * Thread-safe.
 */
final class TransactionWriters<T> implements AutoCloseable {

  private final JdbcWrite<T> write;
  private final BadRows bad;
  private final List<TransactionWriter<T>> all = new ArrayList<>();
  private final Deque<TransactionWriter<T>> free = new ArrayDeque<>();
  private boolean closed;

  TransactionWriters(JdbcWrite<T> write, BadRows bad) {
    this.write = write;
    this.bad = bad;
  }

  /** Returns how many batches may be written at the same time. */
  int count() {
    boolean inOrder = write.mode() != WriteMode.INSERT || !write.table().keyColumns().isEmpty();
    return inOrder ? 1 : Math.min(write.batchesInFlight(), write.maxConnections());
  }

  /** See {@link TransactionWriter#factory}. */
  BatchRowsFactory<T> factory() throws Exception {
    TransactionWriter<T> first = added();
    BatchRowsFactory<T> factory = first.factory();
    putBack(first);
    return factory;
  }

  /** See {@link TransactionWriter#write}. */
  BatchOutcome write(BatchRows<T> rows, KeyOrder order, BatchPlace place) throws Exception {
    TransactionWriter<T> writer = taken();
    if (writer == null) {
      writer = added();
    }
    try {
      return writer.write(rows, order, place);
    } finally {
      putBack(writer);
    }
  }

  private synchronized @Nullable TransactionWriter<T> taken() {
    return free.poll();
  }

  private synchronized TransactionWriter<T> added() {
    WriterLedger ledger = all.isEmpty() ? null : all.get(0).ledger();
    TransactionWriter<T> writer = new TransactionWriter<>(write, bad, ledger);
    all.add(writer);
    return writer;
  }

  private synchronized void putBack(TransactionWriter<T> writer) {
    free.push(writer);
    if (closed) { // the batch has outlived its writer
      writer.close();
    }
  }

  /** See {@link TransactionWriter#confirm}. Call while no batch is in flight. */
  synchronized void confirm(int numbered) throws SQLException, InterruptedException {
    all.get(0).confirm(numbered); // all have its ledger
  }

  @Override
  public synchronized void close() {
    closed = true;
    all.forEach(TransactionWriter::close);
  }
}
