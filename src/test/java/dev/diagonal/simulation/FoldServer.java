package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A model of PostgreSQL as far as deltas and folds need it: the keys of edges, rows of deltas,
 * counts of nodes, the lock of folds, READ COMMITTED. It reads from the text of a statement what
 * that does.
 *
 * <p>At each commit, the counts of nodes and the deltas that are left must add up to the edges. A
 * fold that waits for a row, and not for the lock, is a violation.
 */
final class FoldServer implements StatementServer {

  /** What a row of deltas counts as, so that a writer finds many after a few batches. */
  private static final long ROWS_OF_ONE = 500;

  private static final Map<String, Insert> INSERTS = new ConcurrentHashMap<>();

  /**
   * What the text of an insert says.
   *
   * @param ignoresKnown whether edges that are known are no fault
   * @param countsNewOnly whether such edges are not counted
   */
  private record Insert(boolean ignoresKnown, boolean countsNewOnly) {

    static Insert of(String sql) {
      String ends =
          sql.substring(sql.indexOf("INSERT INTO \"nodes_deltas\""), sql.indexOf(") AS ends"));
      return new Insert(
          sql.contains("DO NOTHING"), ends.matches(".* FROM \"?added\"? .* FROM \"?added\"?"));
    }
  }

  private final World world;
  private final List<Edge> edges;
  private final boolean[] stored;
  private final JobServer.@Nullable Tx[] inserting;
  private final int[] counts;
  private final List<Delta> deltas = new ArrayList<>();
  private final Set<FoldTx> open = new LinkedHashSet<>();
  private @Nullable FoldTx folding;
  private @Nullable FoldTx counting;
  private boolean down;

  /** A row of deltas: what a batch adds to each node. */
  private static final class Delta {
    final int[] adds;
    @Nullable FoldTx deleting;

    Delta(int[] adds) {
      this.adds = adds;
    }
  }

  /** A transaction, and what it has not committed. */
  private static final class FoldTx extends JobServer.Tx {
    final List<Integer> inserted = new ArrayList<>();
    final List<Delta> added = new ArrayList<>();
    final List<Delta> deleted = new ArrayList<>();
    int @Nullable [] counts;

    FoldTx(String client) {
      super(client);
    }
  }

  FoldServer(World world, List<Edge> edges, int nodes) {
    this.world = world;
    this.edges = edges;
    this.stored = new boolean[edges.size()];
    this.inserting = new JobServer.Tx[edges.size()];
    this.counts = new int[nodes];
  }

  @Override
  public boolean isDown() {
    return down;
  }

  @Override
  public JobServer.Tx begin(String client) {
    FoldTx tx = new FoldTx(client);
    open.add(tx);
    return tx;
  }

  @Override
  public JobServer.Answer execute(JobServer.Tx any, String sql, List<Object> parameters) {
    FoldTx tx = (FoldTx) any;
    if (sql.startsWith("SET LOCAL")) {
      // In the same round trip there may be the lock, as a statement with a snapshot of its own.
      return sql.contains(";SELECT pg_advisory_xact_lock(") ? lock(tx) : answer();
    } else if (sql.startsWith("SELECT pg_advisory_xact_lock(")) {
      return lock(tx);
    } else if (sql.startsWith("SELECT pg_try_advisory_xact_lock(")) {
      boolean free = folding == null || folding == tx;
      folding = free ? tx : folding;
      return answer(free);
    } else if (sql.startsWith("SELECT coalesce(sum(")) {
      long rows = visible(tx).size() * ROWS_OF_ONE;
      return answer(rows, rows, 0L);
    } else if (sql.contains("INSERT INTO \"edges\"")) {
      return insert(tx, sql, parameters);
    } else if (sql.contains("INSERT INTO \"nodes\" AS n")) {
      return fold(tx, sql);
    }
    throw new IllegalArgumentException(sql);
  }

  private static JobServer.Answer answer(Object... values) {
    return new JobServer.Answer(List.of(List.of(values)), 1, null);
  }

  private static JobServer.Answer waitFor(JobServer.Tx blocker) {
    return new JobServer.Answer(List.of(), 0, blocker);
  }

  private JobServer.Answer lock(FoldTx tx) {
    if (folding != null && folding != tx) {
      return waitFor(folding);
    }
    folding = tx;
    return answer();
  }

  /** Returns the rows of deltas that a statement which begins now sees. */
  private List<Delta> visible(FoldTx tx) {
    return deltas.stream().filter(delta -> delta.deleting != tx).toList();
  }

  private JobServer.Answer insert(FoldTx tx, String sql, List<Object> parameters) {
    Insert what = INSERTS.computeIfAbsent(sql, Insert::of);
    for (Object id : parameters) {
      JobServer.Tx owner = inserting[((Long) id).intValue()];
      if (owner != null && owner != tx) {
        return waitFor(owner);
      }
    }
    int[] adds = new int[counts.length];
    int inserted = 0;
    for (Object id : parameters) {
      int edge = ((Long) id).intValue();
      boolean isNew = !stored[edge] && inserting[edge] == null;
      if (!isNew && !what.ignoresKnown) {
        throw world.violated(tx.client + " inserts edge " + edge + ", which exists");
      }
      if (isNew) {
        inserting[edge] = tx;
        tx.inserted.add(edge);
        inserted++;
      }
      if (isNew || !what.countsNewOnly) {
        adds[edges.get(edge).source()]++;
        adds[edges.get(edge).target()]++;
      }
    }
    if (Arrays.stream(adds).anyMatch(add -> add > 0)) {
      tx.added.add(new Delta(adds));
    }
    return answer((long) inserted);
  }

  private JobServer.Answer fold(FoldTx tx, String sql) {
    boolean deletes = sql.contains("DELETE FROM \"nodes_deltas\" RETURNING");
    boolean adds = sql.contains("coalesce(n.\"out_degree\", 0) + excluded.\"out_degree\"");
    List<Delta> moved = visible(tx);
    for (Delta delta : moved) {
      if (delta.deleting != null) {
        throw world.violated(tx.client + " waits for a delta of " + delta.deleting.client);
      }
    }
    if (!moved.isEmpty() && counting != null && counting != tx) {
      throw world.violated(tx.client + " waits for a node of " + counting.client);
    }
    int[] after = tx.counts == null ? counts.clone() : tx.counts;
    for (Delta delta : moved) {
      for (int node = 0; node < after.length; node++) {
        after[node] = adds || delta.adds[node] == 0 ? after[node] + delta.adds[node] : 1;
      }
      if (deletes) {
        delta.deleting = tx;
        tx.deleted.add(delta);
      }
    }
    if (!moved.isEmpty()) {
      tx.counts = after;
      counting = tx;
      world.log(() -> tx.client + " moves " + moved.size() + " rows of deltas");
    }
    return new JobServer.Answer(List.of(), moved.size(), null);
  }

  @Override
  public void commit(JobServer.Tx any) {
    FoldTx tx = (FoldTx) any;
    if (tx.ended) {
      throw new IllegalStateException("the transaction has ended");
    }
    tx.inserted.forEach(edge -> stored[edge] = true);
    deltas.addAll(tx.added);
    deltas.removeAll(tx.deleted);
    if (tx.counts != null) {
      System.arraycopy(tx.counts, 0, counts, 0, counts.length);
    }
    world.log(() -> tx.client + " commits " + tx.inserted.size() + " edges");
    end(tx);
    check(tx.client);
  }

  private void check(String client) {
    int[] expected = new int[counts.length];
    for (Edge edge : edges) {
      if (stored[edge.id()]) {
        expected[edge.source()]++;
        expected[edge.target()]++;
      }
    }
    int[] now = counts.clone();
    for (Delta delta : deltas) {
      for (int node = 0; node < now.length; node++) {
        now[node] += delta.adds[node];
      }
    }
    if (!Arrays.equals(expected, now)) {
      throw world.violated(
          "after a commit of %s counts and deltas are %s, the edges %s"
              .formatted(client, Arrays.toString(now), Arrays.toString(expected)));
    }
  }

  /** All edges are stored, and all deltas moved. */
  void checkEnd() {
    for (int edge = 0; edge < stored.length; edge++) {
      if (!stored[edge]) {
        throw world.violated("edge " + edge + " is not stored");
      }
    }
    if (!deltas.isEmpty()) {
      throw world.violated(deltas.size() + " rows of deltas are left");
    }
    check("the last one");
  }

  @Override
  public void rollBack(JobServer.Tx any) {
    if (!any.ended) {
      end((FoldTx) any);
    }
  }

  private void end(FoldTx tx) {
    tx.ended = true;
    open.remove(tx);
    tx.inserted.forEach(edge -> inserting[edge] = null);
    tx.deleted.forEach(delta -> delta.deleting = null);
    folding = folding == tx ? null : folding;
    counting = counting == tx ? null : counting;
    tx.waiting.forEach(waiter -> world.after(world.about(World.MILLIS / 20), waiter));
  }

  void restart() {
    world.log(() -> "the server restarts");
    down = true;
    List.copyOf(open).forEach(this::rollBack);
    world.after(world.about(300 * World.MILLIS), () -> down = false);
  }
}
