package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates dead letters for the rows that a target refused when its stage was published. */
final class RefusedRows {

  private static final int BLOCK_ROWS = 1_000;

  private final Staged staged;
  private final StageSql sql;
  private final Map<Integer, RowOrigin> origins = new HashMap<>();

  RefusedRows(Staged staged, StageSql sql) {
    this.staged = staged;
    this.sql = sql;
  }

  /** A row of the stage, why it was refused, and its origin. */
  private record Place(String id, String reason, int range, long offset, long line) {}

  /**
   * Returns the dead letters in the order of the input.
   *
   * @param connection whose transaction has sifted the rows
   */
  List<DeadLetter> read(Connection connection) throws SQLException {
    List<Place> places = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet bad = statement.executeQuery(sql.bad())) {
      while (bad.next()) {
        places.add(
            new Place(
                bad.getString(1), bad.getString(2), bad.getInt(3), bad.getLong(4), bad.getLong(5)));
      }
    }
    if (places.isEmpty()) {
      return List.of();
    }
    try {
      return records(places);
    } catch (SQLException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while reading the rows that the table refuses", e);
    } catch (Exception e) {
      throw new SQLException("cannot read the rows that the table refuses: " + e.getMessage(), e);
    }
  }

  /** Reads the values like those of any table: the stage is committed and does not change. */
  private List<DeadLetter> records(List<Place> places) throws Exception {
    List<DeadLetter> records = new ArrayList<>();
    JdbcRows rows =
        JdbcRows.ofQuery(
            staged.table().database(),
            sql.rowsAt(places.stream().map(Place::id).toList()),
            null,
            1,
            null);
    try (RowBlockReader reader = rows.open(rows.ranges().get(0), BLOCK_ROWS)) {
      for (RowBlock block = next(reader); block != null; block = next(reader)) {
        for (int row = 0; row < block.rows(); row++) {
          ByteBuilder record = new ByteBuilder(128);
          CsvFormatter.RFC_4180.put(block, row, record);
          records.add(record(places.get(records.size()), record.toString()));
        }
      }
    }
    return records;
  }

  private static @Nullable RowBlock next(RowBlockReader reader) throws Exception {
    return reader.next(
        line -> {
          throw new IllegalStateException(line.describe());
        });
  }

  private DeadLetter record(Place place, String record) throws Exception {
    if (place.line == RowBlock.NO_LINE) {
      return DeadLetter.ofRow(staged.source().describe() + ": " + place.reason, record);
    }
    RowOrigin origin = origins.get(place.range);
    if (origin == null) {
      origin = staged.source().origin(staged.source().ranges().get(place.range));
      origins.put(place.range, origin);
    }
    return Reject.at(origin, place.offset, place.line, place.reason, record);
  }
}
