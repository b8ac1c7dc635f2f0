package dev.diagonal.transfer.source;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the rows that a driver fetches, in blocks. */
final class ResultBlocks implements RowBlockReader {

  private final HeldConnection held;
  private final Statement statement;
  private final ResultSet rows;
  private final RowType type;
  private final int blockRows;
  private final RowOrigin origin;

  ResultBlocks(JdbcTarget database, String sql, RowType type, int blockRows, RowOrigin origin)
      throws SQLException {
    this.type = type;
    this.blockRows = blockRows;
    this.origin = origin;
    this.held = HeldConnection.toAny(database);
    boolean done = false;
    try {
      Connection connection = held.use();
      HeldConnection.awaitRows(connection);
      statement =
          connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
      statement.setFetchSize(blockRows);
      rows = statement.executeQuery(sql);
      done = true;
    } finally {
      if (!done) {
        held.close();
      }
    }
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws SQLException {
    RowBlock block = new RowBlock(type, blockRows, origin);
    while (!block.isFull() && rows.next()) {
      for (int column = 0; column < type.size(); column++) {
        if (!set(block, column)) {
          block.setNull(column);
        }
      }
      block.endRow();
    }
    return block.rows() == 0 ? null : block;
  }

  /** Sets a column; false if the value is null. */
  private boolean set(RowBlock block, int column) throws SQLException {
    int at = column + 1;
    FieldType wanted = block.typeOf(column);
    switch (wanted) {
      case BOOLEAN -> block.setWord(column, rows.getBoolean(at) ? 1 : 0);
      case SMALLINT, INTEGER, BIGINT -> block.setWord(column, rows.getLong(at));
      case REAL -> block.setDouble(column, rows.getFloat(at));
      case DOUBLE -> block.setDouble(column, rows.getDouble(at));
      default -> {
        return setObject(block, column, wanted);
      }
    }
    return !rows.wasNull();
  }

  private boolean setObject(RowBlock block, int column, FieldType wanted) throws SQLException {
    int at = column + 1;
    switch (wanted) {
      case DATE -> {
        LocalDate date = rows.getObject(at, LocalDate.class);
        return date != null && setWord(block, column, date.toEpochDay());
      }
      case TIME -> {
        LocalTime time = rows.getObject(at, LocalTime.class);
        return time != null && setWord(block, column, ValueFormatter.micros(time));
      }
      case TIMESTAMP -> {
        LocalDateTime timestamp = rows.getObject(at, LocalDateTime.class);
        return timestamp != null && setWord(block, column, ValueFormatter.micros(timestamp));
      }
      case INSTANT -> {
        OffsetDateTime point = rows.getObject(at, OffsetDateTime.class);
        return point != null && setWord(block, column, ValueFormatter.micros(point.toInstant()));
      }
      case BYTES -> {
        byte[] bytes = rows.getBytes(at);
        if (bytes != null) {
          block.setBytes(column, bytes, 0, bytes.length);
        }
        return bytes != null;
      }
      case DECIMAL -> {
        BigDecimal decimal = rows.getBigDecimal(at);
        return decimal != null && setText(block, column, decimal.toPlainString());
      }
      default -> {
        String text = rows.getString(at);
        boolean lower = wanted == FieldType.UUID && text != null;
        return text != null && setText(block, column, lower ? text.toLowerCase(Locale.ROOT) : text);
      }
    }
  }

  private static boolean setWord(RowBlock block, int column, long word) {
    block.setWord(column, word);
    return true;
  }

  private static boolean setText(RowBlock block, int column, String text) {
    block.setText(column, text);
    return true;
  }

  /** Cancels the query, since another thread may be waiting for it. */
  @Override
  public void abort() {
    try {
      statement.cancel();
    } catch (SQLException e) {
      // The query has already ended.
    }
  }

  @Override
  public void close() {
    held.close();
  }
}
