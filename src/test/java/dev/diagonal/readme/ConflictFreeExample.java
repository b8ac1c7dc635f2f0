package dev.diagonal.readme;

import dev.diagonal.conflictfree.DiagonalBatch;
import dev.diagonal.conflictfree.SplitDiagonally;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.statement.RowParameters;
import dev.diagonal.statement.RunStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The recipes of docs/library.md for rows with two ends: the lines between the marks. {@code
 * ConflictFreeExampleIT} runs them, and {@code RecipesTest} keeps the page the same.
 */
final class ConflictFreeExample {

  private ConflictFreeExample() {}

  /** Runs a statement of SQL, or of Cypher, for each batch. */
  static void runStatement(PCollection<KV<Long, Long>> edges, JdbcTarget database)
      throws SQLException {
    // statement begins
    Grid<KV<Long, Long>> grid = Grid.monopartite(16).byLongs(KV::getKey, KV::getValue);
    RowParameters<KV<Long, Long>> parameters =
        new RowParameters<>(
            List.of(Column.of("source", "bigint"), Column.of("target", "bigint")),
            (edge, values) -> values.putLong(edge.getKey()).putLong(edge.getValue()));
    String sql =
        "INSERT INTO knows (source, target) SELECT * FROM unnest(:source, :target)"
            + " ON CONFLICT DO NOTHING";
    RunStatement<KV<Long, Long>> statement =
        RunStatement.in(database, sql, parameters).withLocks(grid);
    statement.prepare();
    edges.apply(WriteConflictFree.by(grid, statement).withBatchSize(1_000).withMaxWorkers(4));
    // statement ends
  }

  /** Writes batches with a class of one's own. */
  static void writeBatches(PCollection<KV<Long, Long>> edges, String url, String user) {
    // writer begins
    Grid<KV<Long, Long>> grid = Grid.monopartite(16).byLongs(KV::getKey, KV::getValue);
    edges.apply(WriteConflictFree.by(grid, new KnowsWriters(url, user)).withMaxWorkers(4));
    // writer ends
  }

  // writers begin
  record KnowsWriters(String url, String user) implements BatchWriter.Factory<KV<Long, Long>> {
    @Override
    public BatchWriter<KV<Long, Long>> open() {
      return new KnowsWriter(this);
    }

    @Override
    public String target() {
      return "table knows of " + url;
    }

    /** No locks of slots in the database, so one process writes all batches. */
    @Override
    public boolean locksSlots() {
      return false;
    }
  }

  static final class KnowsWriter implements BatchWriter<KV<Long, Long>> {
    private final KnowsWriters writers;
    private @Nullable Connection connection;

    KnowsWriter(KnowsWriters writers) {
      this.writers = writers;
    }

    /** The same batch may come again, so a second write must change nothing. */
    @Override
    public void write(Batch<KV<Long, Long>> batch) throws SQLException {
      Connection open = connection;
      if (open == null) {
        open = DriverManager.getConnection(writers.url(), writers.user(), null);
        open.setAutoCommit(false);
        connection = open;
      }
      boolean committed = false;
      try (PreparedStatement insert =
          open.prepareStatement("INSERT INTO knows VALUES (?, ?) ON CONFLICT DO NOTHING")) {
        for (KV<Long, Long> edge : batch.rows()) {
          insert.setLong(1, edge.getKey());
          insert.setLong(2, edge.getValue());
          insert.addBatch();
        }
        insert.executeBatch();
        open.commit();
        committed = true;
      } finally {
        if (!committed) {
          close(); // the next batch starts on a fresh connection
        }
      }
    }

    @Override
    public boolean isRetryable(Exception fault) {
      return fault instanceof SQLException sql
          && String.valueOf(sql.getSQLState()).matches("08.*|40.*");
    }

    @Override
    public boolean isCausedByRows(Exception fault) {
      return fault instanceof SQLException sql
          && String.valueOf(sql.getSQLState()).matches("22.*|23.*");
    }

    @Override
    public void close() {
      try (Connection open = connection) {
        connection = null;
      } catch (SQLException e) {
        // The server ends the session by itself.
      }
    }
  }

  // writers end

  /** Takes the grid's batches into a sink of one's own. */
  static PCollection<Integer> split(
      PCollection<KV<Long, Long>> edges, DoFn<DiagonalBatch<KV<Long, Long>>, Integer> writeFn) {
    // split begins
    Grid<KV<Long, Long>> grid = Grid.bipartite(8).byLongs(KV::getKey, KV::getValue);
    PCollection<DiagonalBatch<KV<Long, Long>>> batches =
        edges.apply(SplitDiagonally.by(grid).withBatchSize(1_000));
    PCollection<Integer> written = batches.apply("Write", ParDo.of(writeFn));
    // split ends
    return written;
  }
}
