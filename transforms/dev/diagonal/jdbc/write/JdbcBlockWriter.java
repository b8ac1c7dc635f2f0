package dev.diagonal.jdbc.write;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.jdbc.write.RowBatches.BadRows;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.RejectedRow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks of rows as a {@link JdbcWrite} specifies, without a pipeline. Binds the rows of the
 * next transaction while one is written. Everything that {@link #flush} has counted is committed.
 *
 * <p>Rows of several blocks share a transaction, up to {@code commitRows}. Transient errors are
 * retried. Any other error fails the call that notices it, and the writer cannot be used again. It
 * is then unknown which rows are committed, but writing all of them again changes nothing, except
 * in mode insert.
 *
 * <p>Not thread-safe: open one writer per thread.
 */
public final class JdbcBlockWriter<T> implements AutoCloseable {

  private final JdbcWrite<T> write;
  private final @Nullable Consumer<RejectedRow<T>> rejected;
  private final RowBatches<T, Boolean> batches;
  private Written written;
  private long committed;
  private long repeated;

  private JdbcBlockWriter(
      JdbcWrite<T> write,
      @Nullable Consumer<RejectedRow<T>> rejected,
      RowBatches<T, Boolean> batches) {
    this.write = write;
    this.rejected = rejected;
    this.batches = batches;
    this.written = Written.nothing(write.table().name());
  }

  /**
   * Opens a writer that fails on a bad row with a {@link dev.diagonal.fault.BadInputException}.
   *
   * @throws java.sql.SQLException if the database cannot be reached, or has no such table or column
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static <T> JdbcBlockWriter<T> open(JdbcWrite<T> write) throws Exception {
    return new JdbcBlockWriter<>(write, null, RowBatches.open(write, BadRows.FAIL));
  }

  /**
   * Opens a writer that passes bad rows, with the database's reason, to {@code rejected}, and
   * writes the others. The writing thread calls {@code rejected}, within a call of this writer. A
   * writer of a {@linkplain dev.diagonal.jdbc.connection.LedgerSettings#withPart part} of the input
   * writes no other row of their transaction, and fails then.
   */
  public static <T> JdbcBlockWriter<T> open(JdbcWrite<T> write, Consumer<RejectedRow<T>> rejected)
      throws Exception {
    return new JdbcBlockWriter<>(write, rejected, RowBatches.open(write, BadRows.SKIP));
  }

  /**
   * Opens a writer that passes bad rows, with the database's reason, to {@code rejected}, writes no
   * other row of their transaction, and fails then.
   */
  public static <T> JdbcBlockWriter<T> openToFail(
      JdbcWrite<T> write, Consumer<RejectedRow<T>> rejected) throws Exception {
    return new JdbcBlockWriter<>(write, rejected, RowBatches.open(write, BadRows.UNDO));
  }

  /** Adds a block. Waits while the maximum number of transactions is in flight. */
  public void write(Block<T> block) throws Exception {
    for (T row : block.records()) {
      batches.add(row, true);
    }
    batches.finished().forEach(this::count);
  }

  /** Waits until all rows are committed, and returns what was written since the last flush. */
  public Written flush() throws Exception {
    batches.drain().forEach(this::count);
    Written all = written;
    written = Written.nothing(write.table().name());
    return all;
  }

  /** Returns how many rows are known to be committed since the writer was opened. */
  public long committed() {
    return committed;
  }

  /**
   * Returns how many of these rows an earlier attempt at the same {@linkplain
   * dev.diagonal.jdbc.connection.LedgerSettings#withPart part} had committed.
   */
  public long repeated() {
    return repeated;
  }

  /** Drops rows that are not flushed, and closes the connection. */
  @Override
  public void close() {
    batches.close();
  }

  private void count(RowBatches.Result<T, Boolean> result) {
    if (result.all() != null) {
      written = written.plus(result.all());
      committed += result.all().rows();
      repeated +=
          result.all().attempts() == 0
              ? result.all().rows() + result.all().changes().unconfirmed()
              : 0;
    }
    if (rejected != null) {
      result.bad().forEach(bad -> rejected.accept(new RejectedRow<>(bad.row(), bad.reason())));
      if (!result.bad().isEmpty() && batches.undoes()) {
        String part = write.ledger().part();
        throw new BadInputException(
            "table %s refuses %s rows%s: %s"
                .formatted(
                    write.table().name(),
                    result.bad().size(),
                    part == null ? "" : " of " + part,
                    result.bad().get(0).reason()));
      }
    }
  }
}
