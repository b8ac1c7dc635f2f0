package dev.diagonal.jdbc.write;

import dev.diagonal.block.Block;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.RejectedRow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks of rows as a {@link JdbcWrite} says, without a pipeline; the next transaction's
 * rows are bound while one is written. What {@link #flush} has counted is committed.
 *
 * <p>Rows of any number of blocks share a transaction, up to {@code commitRows}. Faults that may
 * pass are retried; any other fails the call in which it is noticed, and the writer is of no more
 * use. Then what was committed is not known exactly, but writing all of it again changes nothing,
 * unless the mode is insert.
 *
 * <p>Not safe for use by several threads at once: open one for each.
 */
public final class JdbcBlockWriter<T> implements AutoCloseable {

  private final JdbcWrite<T> write;
  private final @Nullable Consumer<RejectedRow<T>> rejected;
  private final RowBatches<T, Boolean> batches;
  private Written written;
  private long committed;

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
    return new JdbcBlockWriter<>(write, null, RowBatches.open(write, false));
  }

  /**
   * Opens a writer that gives bad rows, with the database's reason, to {@code rejected}, and writes
   * the others. It is called by the thread that writes, within a call of this.
   */
  public static <T> JdbcBlockWriter<T> open(JdbcWrite<T> write, Consumer<RejectedRow<T>> rejected)
      throws Exception {
    return new JdbcBlockWriter<>(write, rejected, RowBatches.open(write, true));
  }

  /** Takes in a block; waits while as many transactions as may be are under way. */
  public void write(Block<T> block) throws Exception {
    for (T row : block.records()) {
      batches.add(row, true);
    }
    batches.finished().forEach(this::count);
  }

  /** Waits until all is committed, and returns the account of what was since the last flush. */
  public Written flush() throws Exception {
    batches.drain().forEach(this::count);
    Written all = written;
    written = Written.nothing(write.table().name());
    return all;
  }

  /** Returns how many rows are committed, as far as it is noticed, of all since the start. */
  public long committed() {
    return committed;
  }

  /** Drops what is not flushed, and closes the connection. */
  @Override
  public void close() {
    batches.close();
  }

  private void count(RowBatches.Result<T, Boolean> result) {
    if (result.all() != null) {
      written = written.plus(result.all());
      committed += result.all().rows();
    }
    if (rejected != null) {
      result.bad().forEach(bad -> rejected.accept(new RejectedRow<>(bad.row(), bad.reason())));
    }
  }
}
