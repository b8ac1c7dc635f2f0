package dev.diagonal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Folds between the batches of a writer when many deltas are pending. Not thread-safe. */
final class FoldBetween {

  /** The number of transactions between two looks at the pending deltas. */
  private static final int LOOK_EVERY = 16;

  /** A state that blames no row, since the rows of the last batch are committed. */
  private static final String GENERAL_ERROR = "HY000";

  private final Fold fold;
  private int transactions;
  private Map<String, Long> reported = Map.of();

  FoldBetween(UpsertRelationships<?> writers) {
    this.fold = Fold.of(writers);
  }

  /**
   * Counts a committed transaction, and folds on its connection if it is time and deltas are many.
   * If the fold cannot run now, a later one moves the deltas.
   *
   * @throws SQLException if the fold fails with an error that is not retryable
   * @throws BadInputException if the fold finds an id on both sides that must not be
   */
  void committed(HeldConnection connection) throws SQLException, InterruptedException {
    reported = Map.of();
    if (++transactions % LOOK_EVERY != 0) {
      return;
    }
    boolean done = false;
    try {
      Connection open = connection.use();
      boolean autoCommits = open.getAutoCommit();
      if (autoCommits) {
        open.setAutoCommit(false);
      }
      Fold.Folded folded = fold.ifMany(open);
      if (folded.rows() > 0) {
        reported = Map.of(Fold.FOLDS, 1L, Fold.DELTAS, folded.ids());
      }
      if (autoCommits) {
        open.setAutoCommit(true);
      }
      done = true;
    } catch (SQLException fault) {
      SQLException explained = fold.explained(fault);
      if (!SqlFaults.isRetryable(explained)) {
        throw new SQLException(
            "the batch into table %s is written, but pending counts cannot be added up: %s"
                .formatted(fold.tables().edges().name(), explained.getMessage()),
            GENERAL_ERROR,
            explained);
      }
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /** Returns what the last call of {@link #committed} has folded, by name. */
  Map<String, Long> reported() {
    return reported;
  }
}
