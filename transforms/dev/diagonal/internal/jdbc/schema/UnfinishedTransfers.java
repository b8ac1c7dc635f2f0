package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The transfers whose {@linkplain Token#numbered numbered} transactions are in the ledger, so that
 * a later run can go on where a killed one ended. A transfer is a run, and is deleted when it has
 * ended successfully.
 *
 * <p>Tables are identified by their oid, so a table that is created anew has no transfers.
 * Immutable and thread-safe.
 */
public record UnfinishedTransfers(InternalSchema schema) {

  static final String TABLE = "transfers";

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS %s (
        run uuid PRIMARY KEY,
        target oid NOT NULL,
        source text NOT NULL,
        input text NOT NULL,
        readers int NOT NULL,
        commit_rows int NOT NULL,
        claim uuid NOT NULL,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp())
      """;

  /**
   * A transfer into a table.
   *
   * @param run the run that its transactions belong to
   * @param source describes the source
   * @param input identifies the ranges that are read
   * @param readers the number of readers that the ranges are made for
   * @param commitRows the maximum number of rows per transaction
   */
  public record Entry(UUID run, String source, String input, int readers, int commitRows) {}

  /** An entry that the schema has, and since when. */
  public record Found(Entry entry, String startedAt) {}

  /**
   * Creates the table if it is missing and the user may, and returns whether the user may use it.
   *
   * @param rights what {@link InternalSchema#open} returned
   * @param connection without auto-commit and without an open transaction
   */
  public boolean open(Connection connection, SchemaRights rights) throws SQLException {
    return table(connection).open(connection, rights);
  }

  private OptionalTables table(Connection connection) throws SQLException {
    return new OptionalTables(
        schema, List.of(TABLE), CREATE.formatted(schema.table(connection, TABLE)));
  }

  /**
   * Returns the transfers into a table, the oldest first.
   *
   * @param target the name of the table, quoted
   */
  public List<Found> find(Connection connection, String target) throws SQLException {
    List<Found> found = new ArrayList<>();
    if (!table(connection).areUsable(connection)) {
      return found;
    }
    String sql =
        """
        SELECT run, source, input, readers, commit_rows, date_trunc('second', started_at)::text
        FROM %s WHERE target = to_regclass(?) ORDER BY started_at
        """
            .formatted(schema.table(connection, TABLE));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, target);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          Entry entry =
              new Entry(
                  result.getObject(1, UUID.class),
                  result.getString(2),
                  result.getString(3),
                  result.getInt(4),
                  result.getInt(5));
          found.add(new Found(entry, result.getString(6)));
        }
      }
    }
    return found;
  }

  /**
   * Adds a transfer into a table, unless there is one of this run.
   *
   * @param claim the claim of the process that writes
   */
  public void add(Connection connection, String target, Entry entry, UUID claim)
      throws SQLException {
    String sql =
        """
        INSERT INTO %s (run, target, source, input, readers, commit_rows, claim)
        VALUES (?, ?::regclass, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
            .formatted(schema.table(connection, TABLE));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, entry.run());
      statement.setString(2, target);
      statement.setString(3, entry.source());
      statement.setString(4, entry.input());
      statement.setInt(5, entry.readers());
      statement.setInt(6, entry.commitRows());
      statement.setObject(7, claim);
      statement.executeUpdate();
    }
  }

  /**
   * Gives a transfer to another process. Waits for the transactions of the one that has had it,
   * none of which can be committed afterwards.
   */
  public void claim(Connection connection, UUID run, UUID claim) throws SQLException {
    String sql = "UPDATE %s SET claim = ? WHERE run = ?".formatted(schema.table(connection, TABLE));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, claim);
      statement.setObject(2, run);
      statement.executeUpdate();
    }
  }

  /**
   * Returns whether a process still has a transfer; if so, no other one can claim or end it before
   * this transaction is over.
   */
  public boolean isClaimed(Connection connection, UUID run, UUID claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(claimQuery(connection))) {
      statement.setObject(1, claim);
      statement.setObject(2, run);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  /** Returns the query of {@link #isClaimed}, with parameters for the claim and the run. */
  String claimQuery(Connection connection) throws SQLException {
    return "SELECT claim = ? FROM %s WHERE run = ? FOR SHARE"
        .formatted(schema.table(connection, TABLE));
  }

  /**
   * Deletes a transfer, so that no run resumes it, unless another process has claimed it. Waits for
   * its transactions, none of which can be committed afterwards.
   *
   * @return whether it is deleted now, by this attempt or by an earlier one whose reply was lost
   */
  public boolean delete(Connection connection, UUID run, UUID claim) throws SQLException {
    String table = schema.table(connection, TABLE);
    String delete = "DELETE FROM %s WHERE run = ? AND claim = ?".formatted(table);
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      statement.setObject(1, run);
      statement.setObject(2, claim);
      if (statement.executeUpdate() == 1) {
        return true;
      }
    }
    return !InternalSchema.executeForRun(
        connection, "SELECT true FROM %s WHERE run = ?".formatted(table), run);
  }

  /** Deletes a transfer whose run no process holds. */
  void drop(Connection connection, UUID run) throws SQLException {
    boolean unused =
        InternalSchema.executeForRun(
            connection,
            "DELETE FROM %s WHERE run = ?".formatted(schema.table(connection, TABLE)),
            run);
  }

  /** Returns the runs of all transfers. */
  List<UUID> runs(Connection connection) throws SQLException {
    List<UUID> runs = new ArrayList<>();
    if (!table(connection).areUsable(connection)) {
      return runs;
    }
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT run FROM " + schema.table(connection, TABLE))) {
      while (result.next()) {
        runs.add(result.getObject(1, UUID.class));
      }
    }
    return runs;
  }
}
