package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.transfer.source.JdbcRows;
import dev.diagonal.internal.transfer.source.SnapshotKeeper;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot of a PostgreSQL database that a transfer, or all transfers of a group, read. It is
 * taken when the first of them starts. Thread-safe.
 */
public final class SourceSnapshot implements AutoCloseable {

  /** Parallel transfers share the connections of a JVM; more are opened if needed. */
  private static final int MOST_TRANSFERS = 4;

  private final List<FromJdbc> sources = new ArrayList<>();
  private @Nullable SnapshotKeeper keeper;

  /** Returns whether a source is read from a snapshot. */
  static boolean isFor(From from) {
    return from instanceof FromJdbc jdbc
        && jdbc.oneSnapshot()
        && DatabaseKind.of(jdbc.database().at(ServerUrls.TO_COME).url()) == DatabaseKind.POSTGRES;
  }

  /**
   * Adds the source of a transfer; ignores files.
   *
   * @throws IllegalArgumentException if it cannot share a snapshot with the others
   */
  public void add(From from) {
    if (!(from instanceof FromJdbc jdbc)) {
      return;
    }
    JdbcTarget its = jdbc.database().at(ServerUrls.TO_COME);
    if (!isFor(from)) {
      throw new IllegalArgumentException(
          "snapshot one: %s is not PostgreSQL, or the transfer has 'snapshot: each'"
              .formatted(its));
    }
    JdbcTarget first = sources.isEmpty() ? its : sources.get(0).database().at(ServerUrls.TO_COME);
    if (!first.equals(its)) {
      throw new IllegalArgumentException(
          "snapshot one: one table is in %s and another in %s, but a snapshot covers one database, read by one user"
              .formatted(first, its));
    }
    sources.add(jdbc);
  }

  /** Returns the keeper, which has locked all added sources. */
  synchronized SnapshotKeeper keeper(JdbcTarget database, RunOptions options)
      throws SQLException, InterruptedException {
    SnapshotKeeper open = keeper;
    if (open == null) {
      int readers = Runners.isOnCluster(options) ? 0 : Runners.readers(options);
      open =
          SnapshotKeeper.open(
              database,
              sources.stream().map(SourceSnapshot::source).toList(),
              readers * Math.min(sources.size(), MOST_TRANSFERS));
      keeper = open;
    }
    return open;
  }

  private static SnapshotKeeper.Source source(FromJdbc from) {
    String table = from.table();
    return table == null
        ? JdbcRows.querySource(String.valueOf(from.query()))
        : JdbcRows.tableSource(table);
  }

  /** Releases the snapshot and the locks on its tables. */
  @Override
  public synchronized void close() {
    if (keeper != null) {
      keeper.close();
      keeper = null;
    }
  }
}
