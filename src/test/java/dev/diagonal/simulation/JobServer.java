package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model of PostgreSQL as far as the job table needs it: rows with versions and locks, READ
 * COMMITTED, SKIP LOCKED, the constraints of the table, and the staging table. At each commit it
 * checks what must always hold.
 */
final class JobServer implements StatementServer {

  private final World world;
  private final int maxAttempts;
  private final Map<Long, Row> rows = new TreeMap<>();
  private final Set<Tx> open = new LinkedHashSet<>();
  private final Set<List<Long>> claims = new HashSet<>();
  private final Set<List<Long>> completions = new HashSet<>();
  private final Map<Long, Integer> failuresOfRun = new HashMap<>();
  private boolean down;

  /** A batch. */
  static final class Row {
    Map<String, Object> committed;
    @Nullable Map<String, Object> changed;
    @Nullable Tx owner;

    /** How many ratings there are in its range. */
    long ratings;

    /** The totals of each attempt: how many ratings they are of. */
    final Map<Long, Long> staged = new HashMap<>();

    Row(Map<String, Object> values, long ratings) {
      this.committed = values;
      this.ratings = ratings;
    }

    long number(String column) {
      return (Long) Objects.requireNonNull(committed.get(column));
    }

    boolean is(String status) {
      return status.equals(committed.get("status"));
    }
  }

  /** A transaction; it ends with its connection. */
  static class Tx {
    final String client;
    final Set<Row> changed = new LinkedHashSet<>();
    final Map<List<Long>, Long> staged = new HashMap<>();
    final List<Runnable> waiting = new ArrayList<>(0);
    boolean ended;

    Tx(String client) {
      this.client = client;
    }
  }

  /** The answer of a statement: rows and how many there are; or who holds a row it waits for. */
  record Answer(List<List<Object>> rows, int count, @Nullable Tx blocker) {}

  JobServer(World world, int batches, int maxAttempts) {
    this.world = world;
    this.maxAttempts = maxAttempts;
    for (long id = 1; id <= batches; id++) {
      long ratings = 10L + world.pick(90);
      Map<String, Object> values = new HashMap<>();
      values.put("batch_id", id);
      values.put("lower_id", id * 100);
      values.put("upper_id", id * 100 + 99);
      values.put("status", "pending");
      values.put("attempts", 0L);
      values.put("failures", 0L);
      rows.put(id, new Row(values, ratings));
    }
  }

  @Override
  public boolean isDown() {
    return down;
  }

  Row row(long id) {
    return Objects.requireNonNull(rows.get(id));
  }

  boolean areAllComplete() {
    return rows.values().stream().allMatch(row -> row.is("complete"));
  }

  Iterable<Row> all() {
    return rows.values();
  }

  /** A run begins: failures count anew. */
  void runBegins() {
    failuresOfRun.clear();
  }

  @Override
  public Tx begin(String client) {
    Tx tx = new Tx(client);
    open.add(tx);
    return tx;
  }

  @Override
  public Answer execute(Tx tx, String sql, List<Object> parameters) {
    JobSql statement = JobSql.of(sql);
    return switch (statement.kind()) {
      case CLAIM -> claim(tx, statement, parameters);
      case UPDATE -> update(tx, statement, parameters);
      case SELECT -> {
        List<List<Object>> found = new ArrayList<>();
        for (Row row : matching(tx, statement, parameters)) {
          found.add(List.of(sql.startsWith("SELECT 1") ? 1L : seen(row, tx).get("status")));
        }
        yield new Answer(found, 0, null);
      }
      case EXISTS ->
          new Answer(List.of(List.of(!matching(tx, statement, parameters).isEmpty())), 0, null);
    };
  }

  private Answer claim(Tx tx, JobSql statement, List<Object> parameters) {
    Row next = null;
    for (Row row : matching(tx, statement, parameters)) {
      if (statement.skipsLocked() && isLocked(row, tx)) {
        continue;
      }
      if (next == null || row.number("failures") < next.number("failures")) {
        next = row;
      }
    }
    if (next == null) {
      return new Answer(List.of(), 0, null);
    }
    if (isLocked(next, tx)) {
      return new Answer(List.of(), 0, next.owner);
    }
    Map<String, Object> values = change(tx, next, statement, parameters);
    List<Object> returned = new ArrayList<>();
    for (String column : List.of("batch_id", "attempts", "lower_id", "upper_id")) {
      returned.add(values.get(column));
    }
    return new Answer(List.of(returned), 1, null);
  }

  private Answer update(Tx tx, JobSql statement, List<Object> parameters) {
    List<Row> found = matching(tx, statement, parameters);
    if (statement.skipsLocked()) {
      found.removeIf(row -> isLocked(row, tx));
    }
    for (Row row : found) {
      if (isLocked(row, tx)) {
        return new Answer(List.of(), 0, row.owner);
      }
    }
    found.forEach(row -> change(tx, row, statement, parameters));
    return new Answer(List.of(), found.size(), null);
  }

  private List<Row> matching(Tx tx, JobSql statement, List<Object> parameters) {
    List<Row> found = new ArrayList<>();
    for (Row row : rows.values()) {
      if (statement.matches(seen(row, tx), parameters, world.nowNanos())) {
        found.add(row);
      }
    }
    return found;
  }

  private static Map<String, Object> seen(Row row, Tx tx) {
    return row.owner == tx && row.changed != null ? row.changed : row.committed;
  }

  private static boolean isLocked(Row row, Tx tx) {
    return row.owner != null && row.owner != tx;
  }

  private Map<String, Object> change(Tx tx, Row row, JobSql statement, List<Object> parameters) {
    Map<String, Object> before = seen(row, tx);
    Map<String, Object> values = new HashMap<>(before);
    for (JobSql.Assignment each : statement.assignments()) {
      values.put(each.column(), each.value().of(before, parameters, world.nowNanos()));
    }
    row.owner = tx;
    row.changed = values;
    tx.changed.add(row);
    if ("processing".equals(values.get("status")) != (values.get("lease_until") != null)) {
      throw world.violated(tx.client + " breaks the constraint of leases: " + values);
    }
    checkLease(tx, before, values);
    return values;
  }

  /** Nobody takes a batch from a worker whose lease has not ended. */
  private void checkLease(Tx tx, Map<String, Object> before, Map<String, Object> values) {
    if ("processing".equals(before.get("status"))
        && !tx.client.equals(before.get("worker"))
        && !tx.client.equals("planner")
        && !"begin".equals(tx.client)
        && (Long) Objects.requireNonNull(before.get("lease_until")) >= world.nowNanos()) {
      throw world.violated(tx.client + " takes a batch whose lease lasts: " + before);
    }
    if ("processing".equals(before.get("status"))
        && !tx.client.equals(before.get("worker"))
        && world.isUndisturbed()) {
      throw world.violated(tx.client + " takes a batch from a worker that lives: " + before);
    }
    if ("processing".equals(values.get("status"))
        && !"processing".equals(before.get("status"))
        && !"pending".equals(before.get("status"))
        && !"failed".equals(before.get("status"))) {
      throw world.violated(tx.client + " claims " + before);
    }
  }

  /** Whether this attempt has completed its batch. */
  boolean hasCompleted(long batch, long attempt) {
    return completions.contains(List.of(batch, attempt));
  }

  /** Adds the totals of an attempt to the staging table. */
  void stage(Tx tx, long batch, long attempt, long ratings) {
    tx.staged.put(List.of(batch, attempt), ratings);
  }

  @Override
  public void commit(Tx tx) {
    if (tx.ended) {
      throw new IllegalStateException("the transaction has ended");
    }
    tx.staged.forEach((key, ratings) -> row(key.get(0)).staged.put(key.get(1), ratings));
    for (Row row : tx.changed) {
      Map<String, Object> before = row.committed;
      row.committed = Objects.requireNonNull(row.changed);
      checkCommit(tx, row, before);
    }
    end(tx);
  }

  private void checkCommit(Tx tx, Row row, Map<String, Object> before) {
    if (row.is("processing")
        && !Objects.equals(before.get("attempts"), row.committed.get("attempts"))) {
      if (!claims.add(List.of(row.number("batch_id"), row.number("attempts")))) {
        throw world.violated("two claims of the same attempt: " + row.committed);
      }
    } else if (row.is("processing") && !"processing".equals(before.get("status"))) {
      throw world.violated("a claim without an attempt of its own: " + row.committed);
    }
    if (row.is("failed") && !"failed".equals(before.get("status")) && row.number("failures") > 0) {
      int failures = failuresOfRun.merge(row.number("batch_id"), 1, Integer::sum);
      if (failures > maxAttempts) {
        throw world.violated("more attempts of a run than allowed: " + row.committed);
      }
    }
    if (row.is("complete")) {
      if (!"processing".equals(before.get("status"))) {
        throw world.violated(tx.client + " completes " + before);
      }
      if (!Objects.equals(before.get("worker"), tx.client)) {
        throw world.violated(tx.client + " completes the batch of another: " + before);
      }
      checkStaged(row);
      completions.add(List.of(row.number("batch_id"), row.number("attempts")));
    }
    world.log(() -> tx.client + " commits " + row.committed.get("status") + " " + row.committed);
  }

  /** A complete batch has the totals of its last attempt, of all ratings that attempt has read. */
  private void checkStaged(Row row) {
    Long staged = row.staged.get(row.number("attempts"));
    if (staged == null || !staged.equals(row.committed.get("rows_read"))) {
      throw world.violated("complete without its totals, " + row.staged + ": " + row.committed);
    }
  }

  /** What a publication adds up equals what there is: each rating counts once. */
  void checkPublication() {
    long published = 0;
    long ratings = 0;
    for (Row row : rows.values()) {
      checkStaged(row);
      published += Objects.requireNonNull(row.staged.get(row.number("attempts")));
      ratings += row.ratings;
    }
    if (published != ratings) {
      throw world.violated("published " + published + " of " + ratings + " ratings");
    }
  }

  @Override
  public void rollBack(Tx tx) {
    if (!tx.ended) {
      end(tx);
    }
  }

  private void end(Tx tx) {
    tx.ended = true;
    open.remove(tx);
    for (Row row : tx.changed) {
      row.owner = null;
      row.changed = null;
    }
    tx.waiting.forEach(waiter -> world.after(world.about(World.MILLIS / 20), waiter));
  }

  void restart() {
    world.log(() -> "the server restarts");
    down = true;
    List.copyOf(open).forEach(this::rollBack);
    world.after(world.about(300 * World.MILLIS), () -> down = false);
  }
}
