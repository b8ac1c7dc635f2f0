package dev.diagonal.internal.transfer.sink;

import static dev.diagonal.internal.jdbc.table.PostgresSql.quoteTable;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.metrics.Written;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Records in the stage which ranges were acknowledged, each with its attempt and number of rows,
 * and seals it. Idempotent.
 */
public final class SealStageFn extends DoFn<KV<Integer, Iterable<RangeWritten>>, Written> {

  private final StagedTable stage;

  public SealStageFn(StagedTable stage) {
    this.stage = stage;
  }

  @ProcessElement
  public void seal(@Element KV<Integer, Iterable<RangeWritten>> all, OutputReceiver<Written> output)
      throws SQLException, InterruptedException {
    List<RangeWritten> ranges = new ArrayList<>();
    for (RangeWritten range : all.getValue()) {
      if (range.range() != RangeWritten.NONE) {
        ranges.add(range);
      }
    }
    boolean unused =
        RetriedTransaction.in(stage.database(), "seal the stage of table " + stage.target().name())
            .run(
                connection -> {
                  write(connection, ranges);
                  return true;
                });
    long rows = ranges.stream().mapToLong(RangeWritten::rows).sum();
    output.output(new Written(stage.target().name(), rows, 1, 0));
  }

  private void write(Connection connection, List<RangeWritten> ranges) throws SQLException {
    String table = quoteTable(stage.ranges());
    try (Statement statement = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?, ?)")) {
      statement.execute("DELETE FROM " + table);
      for (RangeWritten range : ranges) {
        add(insert, range.range(), StagedRange.of(range), range.rows());
      }
      add(insert, StagedTable.SEAL, new StagedRange(0, 0), ranges.size());
      insert.executeBatch();
    }
  }

  private static void add(PreparedStatement insert, int range, StagedRange staged, long rows)
      throws SQLException {
    insert.setInt(1, range);
    insert.setLong(2, staged.attempt());
    insert.setLong(3, rows);
    insert.setLong(4, staged.checksum());
    insert.addBatch();
  }
}
