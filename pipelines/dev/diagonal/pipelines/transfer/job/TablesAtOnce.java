package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.transfer.sink.StagedTables;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of several transfers that change in one transaction when all of them have ended. */
public final class TablesAtOnce {

  private final List<StagedTables> staged = new ArrayList<>();
  private final Map<String, Mode> modes = new HashMap<>();
  private @Nullable JdbcTarget database;
  private volatile String step = "";

  /**
   * Checks the tables of another transfer of the group against those of the others.
   *
   * @throws IllegalArgumentException if one is in another database, or a table that is replaced is
   *     also written by another transfer
   */
  public void check(List<ToJdbc> tables) {
    for (ToJdbc table : tables) {
      JdbcTarget its = table.database().at(ServerUrls.TO_COME);
      JdbcTarget first = database;
      if (first != null && !first.equals(its)) {
        throw new IllegalArgumentException(
            "transaction all: table %s is in %s and another table in %s, but one transaction cannot change two databases (or act as two users)"
                .formatted(table.table(), its, first));
      }
      database = its;
      Mode other = modes.put(table.table(), table.mode());
      if (other != null && (other == Mode.replace || table.mode() == Mode.replace)) {
        throw new IllegalArgumentException(
            "transaction all: table %s is written twice, and mode replace would delete the rows of one transfer"
                .formatted(table.table()));
      }
    }
  }

  /** Adds filled stages. */
  public synchronized void add(StagedTables tables) {
    staged.add(tables);
  }

  /** Publishes all tables; returns how many rows were refused and became dead letters. */
  public synchronized long complete() throws Exception {
    long refused = StagedTables.publish(staged, System.err::println, next -> step = next);
    staged.clear();
    return refused;
  }

  /** Returns what {@link #complete} does at the moment, on any thread. */
  public String phase() {
    return StagedSinks.PUBLISHING + step;
  }

  /** Drops the stages. */
  public synchronized void abandon() throws Exception {
    for (StagedTables tables : staged) {
      tables.abandon();
    }
    staged.clear();
  }
}
