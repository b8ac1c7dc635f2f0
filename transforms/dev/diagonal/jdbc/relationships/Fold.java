package dev.diagonal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.grid.CellLocks;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Moves deltas into the tables of ends, in one transaction. Any number of folds and writers may run
 * concurrently: folds run one after another, and each moves the deltas that are committed when it
 * starts.
 *
 * @param database the database
 * @param tables the tables of the relationships
 * @param locks the slot locks of writers that count {@linkplain Counting#IMMEDIATE immediately},
 *     all of which a fold holds; null if there are none
 * @param refuseBothEnds whether an id that is a source must not be a target
 */
public record Fold(
    JdbcTarget database,
    RelationshipTables tables,
    @Nullable CellLocks locks,
    boolean refuseBothEnds) {

  /** The number of pending ids, or of rows of them, from which a writer folds. */
  private static final long MANY_IDS = 20_000_000;

  private static final long MANY_ROWS = 2_000;

  /**
   * A fold costs as much as the ends it updates, so it waits for this many ids per byte of the
   * table.
   */
  private static final double IDS_PER_BYTE = 0.1;

  /** Grids of every size have the same locks, one domain for ids and one for components. */
  private static final List<CellLocks> ALL_LOCKS =
      List.of(
          Grid.monopartite(1).byLongs((Long id) -> id, (Long id) -> id),
          Grid.components(1, (Long id) -> id));

  /** The names under which writers report folds between batches, and how many deltas they moved. */
  public static final String FOLDS = "folds";

  public static final String DELTAS = "deltas folded";

  private static final int LISTED_IDS = 20;

  /**
   * The statements of a fold.
   *
   * @param lock waits for other folds
   * @param tryLock takes the lock unless another fold has it
   * @param moves those of each table of deltas
   */
  record Sql(String lock, String tryLock, List<Moves> moves) {

    /**
     * @param waiting counts the deltas
     * @param fold moves them
     */
    private record Moves(String waiting, String fold) {}
  }

  /** Lets sums and sorts of a hundred thousand ends stay in memory. A larger setting is kept. */
  private static final String SETTINGS =
      """
      SET LOCAL lock_timeout = '10min';
      SELECT set_config('work_mem', '128MB', true)
      FROM pg_settings WHERE name = 'work_mem' AND setting::bigint < 131072
      """;

  /**
   * What a fold has moved.
   *
   * @param ids how many ids, counted once per batch
   * @param rows in how many rows of deltas
   * @param ends how many rows of ends they were added to
   * @param millis how long it took
   */
  public record Folded(long ids, long rows, long ends, long millis) {

    /** Nothing was pending. */
    public static final Folded NOTHING = new Folded(0, 0, 0, 0);

    /** Returns the sum of this and {@code other}. */
    public Folded plus(Folded other) {
      return new Folded(
          ids + other.ids, rows + other.rows, ends + other.ends, millis + other.millis);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%,d deltas into %,d rows in %.1f s", ids, ends, millis / 1e3);
    }
  }

  /** Returns a fold of the deltas that {@code writers} store. */
  public static Fold of(UpsertRelationships<?> writers) {
    return new Fold(
        writers.database(), writers.tables(), writers.locks(), writers.refuseBothEnds());
  }

  /**
   * Creates missing tables of deltas and their views.
   *
   * @throws dev.diagonal.fault.TargetMismatchException if one exists with another layout
   * @throws SQLException if the database cannot be reached or refuses; the message includes the
   *     GRANT if a privilege is missing
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void createIfMissing() throws SQLException, InterruptedException {
    DeltaTable.createIfMissing(database, DeltaTable.of(tables));
  }

  /**
   * Moves all deltas, including those of earlier runs; nothing if no table of deltas exists.
   *
   * @throws BadInputException if an id would be on both sides and must not; then nothing is moved
   * @throws SQLException if the database cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Folded now() throws SQLException, InterruptedException {
    List<DeltaTable> deltas = DeltaTable.of(tables);
    try {
      return RetriedTransaction.in(database, "add up the counts of table " + tables.edges().name())
          .withLongStatements()
          .run(
              connection ->
                  DeltaTable.exist(connection, deltas)
                      ? now(connection, sql(deltas))
                      : Folded.NOTHING);
    } catch (SQLException fault) {
      throw explained(deltas, fault);
    }
  }

  /** Returns the statements that move the deltas of these tables. */
  Sql sql(List<DeltaTable> deltas) {
    return new Sql(
        DeltaSql.lockFold(tables),
        DeltaSql.tryLockFold(tables),
        deltas.stream()
            .map(each -> new Sql.Moves(DeltaSql.waiting(each), DeltaSql.fold(each, refuseBothEnds)))
            .toList());
  }

  Folded now(Connection connection, Sql sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS + ";" + sql.lock);
    }
    return locked(connection, sql);
  }

  /**
   * Moves all deltas if there are many and no other fold is running.
   *
   * @param connection without auto-commit and without an open transaction; the fold is committed.
   *     After a fault it must be closed.
   */
  Folded ifMany(Connection connection) throws SQLException {
    return ifMany(connection, sql(DeltaTable.of(tables)));
  }

  Folded ifMany(Connection connection, Sql sql) throws SQLException {
    boolean isMany = false;
    for (Sql.Moves each : sql.moves) {
      isMany |= isMany(connection, each);
    }
    Folded folded = Folded.NOTHING;
    if (isMany) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(SETTINGS);
        try (ResultSet free = statement.executeQuery(sql.tryLock)) {
          isMany = free.next() && free.getBoolean(1);
        }
      }
      int timeoutMillis = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, 0);
      folded = isMany ? locked(connection, sql) : folded;
      connection.setNetworkTimeout(Runnable::run, timeoutMillis);
    }
    connection.commit();
    return folded;
  }

  private static boolean isMany(Connection connection, Sql.Moves deltas) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(deltas.waiting)) {
      found.next();
      return found.getLong(2) >= MANY_ROWS
          || found.getLong(1) >= Math.max(MANY_IDS, IDS_PER_BYTE * found.getLong(3));
    }
  }

  /**
   * Takes all locks of ids and of components, as loads of either kind may be running, and others.
   */
  private void lock(Connection connection, CellLocks others) throws SQLException {
    Map<String, CellLocks> domains = new LinkedHashMap<>();
    ALL_LOCKS.forEach(each -> domains.put(each.domain(), each));
    domains.putIfAbsent(others.domain(), others);
    String lockAll =
        domains.keySet().stream()
            .map(domain -> RelationshipSql.lock(tables, domain))
            .collect(Collectors.joining("; ")); // one round trip
    try (PreparedStatement statement = connection.prepareStatement(lockAll)) {
      int first = 1;
      for (CellLocks each : domains.values()) {
        statement.setObject(first++, each.all());
      }
      statement.execute();
    }
  }

  /** Moves all deltas; the caller holds the fold lock. */
  private Folded locked(Connection connection, Sql sql) throws SQLException {
    long startNanos = System.nanoTime();
    if (locks != null) {
      lock(connection, locks);
    }
    long ids = 0;
    long rows = 0;
    long ends = 0;
    for (Sql.Moves each : sql.moves) {
      try (Statement statement = connection.createStatement()) {
        try (ResultSet waiting = statement.executeQuery(each.waiting)) {
          waiting.next();
          ids += waiting.getLong(1);
          rows += waiting.getLong(2);
        }
        ends += statement.executeLargeUpdate(each.fold);
      }
    }
    return new Folded(ids, rows, ends, (System.nanoTime() - startNanos) / 1_000_000);
  }

  /**
   * Returns {@code fault}, unless a fold threw it because of ids on both sides.
   *
   * @throws BadInputException if the fold found ids on both sides; the message lists them
   */
  SQLException explained(SQLException fault) throws SQLException, InterruptedException {
    return explained(DeltaTable.of(tables), fault);
  }

  private SQLException explained(List<DeltaTable> deltas, SQLException fault)
      throws SQLException, InterruptedException {
    if (RelationshipSql.idOnBothSides(fault) == null) {
      return fault;
    }
    String query = DeltaSql.bothSides(deltas.get(0), LISTED_IDS + 1);
    List<String> ids =
        RetriedTransaction.in(database, "look at the deltas of table " + tables.edges().name())
            .withLongStatements()
            .run(
                connection -> {
                  List<String> found = new ArrayList<>();
                  try (Statement statement = connection.createStatement();
                      ResultSet result = statement.executeQuery(query)) {
                    while (result.next()) {
                      found.add(result.getString(1));
                    }
                  }
                  return found;
                });
    boolean more = ids.size() > LISTED_IDS;
    throw new BadInputException(
        "%s of %s on both sides: %s%s. Table %s is unchanged, and %s keeps the pending counts: see docs/mix-and-batch.md"
            .formatted(
                ids.size() == 1
                    ? "an id"
                    : more ? "more than " + LISTED_IDS + " ids" : ids.size() + " ids",
                tables.edges().name() + (ids.size() == 1 ? " is" : " are"),
                String.join(", ", more ? ids.subList(0, LISTED_IDS) : ids),
                more ? ", …" : "",
                deltas.get(0).of().table().name(),
                deltas.get(0).table().name()),
        fault);
  }
}
