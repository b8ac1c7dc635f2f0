package dev.diagonal.internal.transfer.sink;

import dev.diagonal.block.Block;
import dev.diagonal.internal.jdbc.table.RowAt;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcBlockWriter;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.schedule.RejectedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows to the stage of a table. Each attempt at a range marks its rows with a number of its
 * own. So rows of failed or abandoned attempts are distinguished from those of the acknowledged
 * one.
 */
public final class StageSink implements BlockSink {

  private final StagedTable stage;
  private final int commitRows;
  private final LedgerSettings ledger;

  /**
   * @param commitRows the maximum number of rows per transaction
   * @param ledger how the transactions are recorded, and for which run
   */
  public StageSink(StagedTable stage, int commitRows, LedgerSettings ledger) {
    this.stage = stage;
    this.commitRows = commitRows;
    this.ledger = ledger;
  }

  public StagedTable stage() {
    return stage;
  }

  @Override
  public String describe() {
    return "table " + stage.target().name() + " of " + stage.database();
  }

  @Override
  public boolean refusesNul() {
    return true;
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws Exception {
    long attempt = UUID.randomUUID().getMostSignificantBits();
    JdbcWrite<Placed> write =
        JdbcWrite.of(WriteMode.INSERT, stage.database(), stage.stage(), binder(attempt, type))
            .withCommitRows(commitRows)
            .withLedger(ledger);
    return new StageWriter(stage.target(), attempt, write);
  }

  private RowBinder<Placed> binder(long attempt, RowType type) {
    RowBinder<RowAt> columns = RowAt.binder(stage.target(), type);
    return (row, values) -> {
      values.putLong(attempt).putLong(row.place());
      values.putLong(row.at().block().line(row.at().row()));
      columns.bind(row.at(), values);
    };
  }

  /** A row and its place in the range. */
  private record Placed(RowAt at, long place) {}

  private static final class StageWriter implements RowBlockWriter {

    private final Table target;
    private final long attempt;
    private final List<RejectedRow<Placed>> rejected = new ArrayList<>();
    private final JdbcBlockWriter<Placed> writer;
    private long rows;
    private long checksum;

    StageWriter(Table target, long attempt, JdbcWrite<Placed> write) throws Exception {
      this.target = target;
      this.attempt = attempt;
      writer = JdbcBlockWriter.open(write, rejected::add);
    }

    @Override
    public void write(RowBlock block, Rejects rejects) throws Exception {
      List<Placed> placed = new ArrayList<>(block.rows());
      for (int row = 0; row < block.rows(); row++) {
        String missing = missingKey(block, row);
        if (missing != null) {
          Reject.to(rejects, block, row, missing);
          continue;
        }
        boolean isOfFile = block.offset(row) != RowBlock.NO_LINE;
        long place = isOfFile ? block.offset(row) : rows;
        rows++;
        checksum += place;
        placed.add(new Placed(new RowAt(block, row), place));
      }
      writer.write(new Block<>(placed));
      reportRefused(rejects);
    }

    /**
     * Returns why a row has no key, or null. The stage has no key constraint, and the publication
     * identifies rows by their key.
     */
    private @Nullable String missingKey(RowBlock block, int row) {
      for (Column its : target.columns()) {
        if (its.key() && block.isNull(row, block.type().indexOf(its.name()))) {
          return "key column '%s' of table %s must not be null"
              .formatted(its.name(), target.name());
        }
      }
      return null;
    }

    @Override
    public long finish(Rejects rejects) throws Exception {
      long written = writer.flush().rows();
      reportRefused(rejects);
      return written;
    }

    @Override
    public long written() {
      return writer.committed();
    }

    @Override
    public String part() {
      return new StagedRange(attempt, checksum).part();
    }

    private void reportRefused(Rejects rejects) throws InterruptedException {
      for (RejectedRow<Placed> each : rejected) {
        RowAt at = each.row().at();
        checksum -= each.row().place();
        Reject.to(rejects, at.block(), at.row(), each.reason());
      }
      rejected.clear();
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
