package dev.diagonal.internal.transfer.source;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.dialect.Dialect;
import dev.diagonal.internal.jdbc.dialect.ResultValue;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the rows that a driver fetches, in blocks. */
final class ResultBlocks implements RowBlockReader {

  private final HeldConnection held;
  private final Statement statement;
  private final ResultSet rows;
  private final List<ResultValue> values;
  private final RowType type;
  private long read;
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
      Dialect dialect = Dialect.of(DatabaseKind.of(connection));
      values = type.fields().stream().map(field -> dialect.result(field.type())).toList();
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
  public @Nullable RowBlock next(Rejects rejects) throws SQLException, InterruptedException {
    RowBlock block = new RowBlock(type, blockRows, origin);
    while (!block.isFull() && advance()) {
      read++;
      try {
        for (int column = 0; column < type.size(); column++) {
          set(block, column);
        }
        block.endRow();
      } catch (BadValueException e) {
        rejects.reject(
            DeadLetter.ofRow(
                "%s, row %s, %s".formatted(origin.place(), read, e.getMessage()), shown()));
      }
    }
    return block.rows() == 0 ? null : block;
  }

  private boolean advance() throws SQLException {
    try {
      return rows.next();
    } catch (SQLException e) {
      throw SqlFaults.afterRow(origin.place(), read, e, "");
    }
  }

  private void set(RowBlock block, int column) throws SQLException, BadValueException {
    try {
      if (!values.get(column).set(rows, column + 1, block, column)) {
        block.setNull(column);
      }
    } catch (BadValueException e) {
      throw new BadValueException(
          "column %s: %s".formatted(type.field(column).name(), e.getMessage()));
    }
  }

  /** Returns the current row as the driver shows it. */
  private String shown() throws SQLException {
    List<String> texts = new ArrayList<>();
    for (int column = 1; column <= type.size(); column++) {
      String text = rows.getString(column);
      texts.add(text == null ? "" : text);
    }
    return String.join(",", texts);
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
