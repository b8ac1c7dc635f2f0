package dev.diagonal.jdbc;

import dev.diagonal.block.BlockConsumer.Output;
import dev.diagonal.write.RowSource;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The rows of a PostgreSQL query, read by a cursor: this process holds {@value #FETCH_ROWS} of them
 * at a time, however many there are. One snapshot, one reader, no retry: rows that were put out
 * cannot be taken back.
 *
 * @param database where it runs
 * @param sql the query
 * @param reader makes a row of the current position of the result
 */
public record QueryRows<T>(JdbcTarget database, String sql, Reader<T> reader)
    implements RowSource<T> {

  private static final int FETCH_ROWS = 10_000;

  /** Reads the current row of a result, and puts it out or rejects it. */
  @FunctionalInterface
  public interface Reader<T> extends Serializable {
    void read(ResultSet result, Output<T> rows) throws SQLException;
  }

  @Override
  public void drive(Output<T> rows) throws SQLException {
    try (HeldConnection held = new HeldConnection(database)) {
      Connection connection = held.use();
      // The transaction is idle while a slow target holds the rows back, for as long as that takes.
      try (var settings = connection.createStatement()) {
        settings.execute("SET TRANSACTION READ ONLY; SET idle_in_transaction_session_timeout = 0");
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setFetchSize(FETCH_ROWS);
        try (ResultSet result = statement.executeQuery()) {
          while (result.next()) {
            reader.read(result, rows);
          }
        }
      }
      connection.commit();
    }
  }
}
