package dev.diagonal.internal.transfer.write;

import dev.diagonal.block.Block;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.schema.FinishedRanges;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.table.RowAt;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcBlockWriter;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.RejectedRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes rows to an existing table of a database. Groups blocks into transactions of {@code
 * commitRows} rows. SQLite and DuckDB allow one writer: their transactions take turns.
 */
public final class JdbcSink implements BlockSink {

  private final JdbcTarget database;
  private final Table table;
  private final WriteMode mode;
  private final int commitRows;
  private final LedgerSettings ledger;
  private final boolean tuples;
  private final boolean rewrites;
  private final boolean skips;

  /**
   * @param table whose columns are among those of the rows
   * @param commitRows the maximum number of rows per transaction
   * @param ledger how the transactions of plain inserts are recorded; with a run, all transactions
   *     are recorded, and those that the run has committed of a range are not repeated; a row that
   *     the table refuses then fails its range
   * @throws IllegalArgumentException if the mode does not fit the table
   */
  public JdbcSink(
      JdbcTarget database, Table table, WriteMode mode, int commitRows, LedgerSettings ledger) {
    this(database, table, mode, commitRows, ledger, false, false, true);
  }

  private JdbcSink(
      JdbcTarget database,
      Table table,
      WriteMode mode,
      int commitRows,
      LedgerSettings ledger,
      boolean tuples,
      boolean rewrites,
      boolean skips) {
    this.database = database;
    this.table = table;
    this.mode = mode;
    this.commitRows = commitRows;
    this.ledger = ledger;
    this.tuples = tuples;
    this.rewrites = rewrites;
    this.skips = skips;
    var unused = write((row, values) -> {});
  }

  /**
   * Returns a sink of COPY tuples as {@link dev.diagonal.internal.transfer.source.JdbcRows#tuples}
   * reads them, with this table's columns in order.
   *
   * @throws IllegalStateException if the mode is not insert, or the table has a key
   */
  public JdbcSink tuples() {
    if (mode != WriteMode.INSERT || !table.keyColumns().isEmpty()) {
      throw new IllegalStateException("tuples can only be inserted into a table without a key");
    }
    return new JdbcSink(database, table, mode, commitRows, ledger, true, rewrites, skips);
  }

  /**
   * Returns a sink that writes all rows of a range in each attempt at it, which may have other rows
   * than the attempt before, and records the range in the ledger when they are committed.
   *
   * @throws IllegalStateException if the mode is not upsert, or the ledger has no run
   */
  public JdbcSink rewritingRanges() {
    if (mode != WriteMode.UPSERT || ledger.run() == null) {
      throw new IllegalStateException("only ranges of an upsert with a run can be rewritten");
    }
    return new JdbcSink(database, table, mode, commitRows, ledger, tuples, true, skips);
  }

  /**
   * Returns a sink for runs that fail with the first bad row: it does not write the other rows of
   * its transaction.
   */
  public JdbcSink failing() {
    return new JdbcSink(database, table, mode, commitRows, ledger, tuples, rewrites, false);
  }

  /** Returns the table with its written columns. */
  public Table table() {
    return table;
  }

  private JdbcWrite<RowAt> write(RowBinder<RowAt> binder) {
    JdbcWrite<RowAt> write =
        JdbcWrite.of(mode, database, table, binder).withCommitRows(commitRows).withLedger(ledger);
    return DatabaseKind.of(database.url()).isFile() ? write.withMaxConnections(1) : write;
  }

  private LedgerSettings ledgerOf(SourceRange range) {
    if (ledger.run() == null) {
      return ledger;
    }
    String part =
        "range %s, %s %s-%s".formatted(range.index(), range.place(), range.start(), range.end());
    return ledger.withPart(rewrites ? part + ", attempt " + UUID.randomUUID() : part);
  }

  private void recordFinished(SourceRange range, long rows)
      throws SQLException, InterruptedException {
    UUID run = ledger.run();
    if (rewrites && run != null) {
      FinishedRanges finished = new FinishedRanges(new InternalSchema(ledger.schema()), run);
      boolean unused =
          RetriedTransaction.in(database, "record a range of table " + table.name())
              .run(
                  connection -> {
                    finished.add(connection, table.name(), range.index(), rows, ledger.claim());
                    return true;
                  });
    }
  }

  @Override
  public String describe() {
    return "table " + table.name() + " of " + database;
  }

  @Override
  public boolean refusesNul() {
    return true;
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws Exception {
    return new TableWriter(
        range,
        write(tuples ? RowAt::putTuple : RowAt.binder(table, type)).withLedger(ledgerOf(range)));
  }

  private final class TableWriter implements RowBlockWriter {

    private final List<RejectedRow<RowAt>> rejected = new ArrayList<>();
    private final JdbcBlockWriter<RowAt> writer;
    private final SourceRange range;
    private Changes changes = Changes.UNKNOWN;

    TableWriter(SourceRange range, JdbcWrite<RowAt> write) throws Exception {
      this.range = range;
      writer =
          skips
              ? JdbcBlockWriter.open(write, rejected::add)
              : JdbcBlockWriter.openToFail(write, rejected::add);
    }

    @Override
    public void write(RowBlock block, Rejects rejects) throws Exception {
      List<RowAt> rows = new ArrayList<>(block.rows());
      for (int row = 0; row < block.rows(); row++) {
        rows.add(new RowAt(block, row));
      }
      try {
        writer.write(new Block<>(rows));
      } finally {
        reportRefused(rejects);
      }
    }

    @Override
    public long finish(Rejects rejects) throws Exception {
      try {
        Written written = writer.flush();
        changes = written.changes();
        recordFinished(range, written.rows());
        return written.rows();
      } finally {
        reportRefused(rejects);
      }
    }

    @Override
    public Changes changes() {
      return changes;
    }

    @Override
    public long repeated() {
      return writer.repeated();
    }

    @Override
    public long written() {
      return writer.committed();
    }

    private void reportRefused(Rejects rejects) throws InterruptedException {
      for (RejectedRow<RowAt> each : rejected) {
        Reject.to(rejects, each.row().block(), each.row().row(), each.reason());
      }
      rejected.clear();
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
