package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Way;
import dev.diagonal.internal.schedule.ScheduleKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One line of the table: edges that are written in some ways by turns.
 *
 * @param condition what a transaction waits for
 * @param edges how many there are
 * @param workers how many transactions may be open at once, but for {@link Way#SERIAL}
 * @param kind what the ids at both ends are
 * @param zipf whether few nodes have most of the edges
 * @param ways how they are written
 * @param batchRows how many edges a transaction writes
 * @param rounds how often each way has its turn
 */
record EdgeCase(
    Condition condition,
    int edges,
    int workers,
    ScheduleKind kind,
    boolean zipf,
    Set<Way> ways,
    int batchRows,
    int rounds) {

  /** What a transaction has to do or to wait for beside its own work. */
  enum Condition {
    DIRECT("direct"),
    NETWORK("2 ms each way"),
    WORK("40 ms of work before commit"),
    STRAGGLERS("40 ms, each 20th 200 ms");

    private final String words;

    Condition(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private static final int MANY = 1_000_000;
  private static final int LARGE_BATCH = 10_000;
  private static final List<Integer> SIZES = List.of(10_000, 100_000, MANY);
  private static final Set<Way> RIVALS = EnumSet.complementOf(EnumSet.of(Way.ARRIVAL_ORDER));
  private static final Set<Way> NEVER_SLOWER = EnumSet.of(Way.SERIAL, Way.DIAGONAL, Way.FOLDED);

  /** Serial against ours is a matter of a few percent. */
  private static final int ROUNDS_OF_TWO = 5;

  /** A case of uniform ids that may be at both ends. */
  private static EdgeCase of(Condition condition, int edges, int workers, int rounds) {
    return new EdgeCase(
        condition,
        edges,
        workers,
        ScheduleKind.MONOPARTITE,
        false,
        RIVALS,
        EdgeLoad.BATCH_ROWS,
        rounds);
  }

  /** Each size, number of workers, kind and distribution under some conditions: ten minutes. */
  static List<EdgeCase> quick(int rounds) {
    List<EdgeCase> cases = new ArrayList<>();
    cases.add(of(Condition.WORK, 100_000, 8, rounds));
    cases.add(of(Condition.STRAGGLERS, 100_000, 8, rounds));
    cases.add(of(Condition.WORK, 100_000, 16, rounds));
    cases.add(of(Condition.WORK, 100_000, 8, rounds).bipartite());
    EdgeCase many = of(Condition.NETWORK, MANY, 8, Math.min(2, rounds));
    cases.addAll(List.of(many, many.inBatchesOf(LARGE_BATCH)));
    cases.add(of(Condition.NETWORK, 100_000, 4, rounds));
    cases.add(of(Condition.NETWORK, 100_000, 8, rounds).in(EnumSet.allOf(Way.class)));
    cases.add(of(Condition.NETWORK, 100_000, 16, rounds));
    cases.add(of(Condition.NETWORK, 100_000, 8, rounds).skewed());
    for (Condition condition : List.of(Condition.DIRECT, Condition.NETWORK)) {
      for (int size : List.of(10_000, 100_000)) {
        cases.add(of(condition, size, 4, Math.max(ROUNDS_OF_TWO, rounds)).in(NEVER_SLOWER));
      }
    }
    return cases;
  }

  /**
   * All of them with each other, and those of a million edges that have a target as often as the
   * others: hours. In arrival order ten thousand edges only, as more take minutes each time.
   */
  static List<EdgeCase> full(int rounds) {
    List<EdgeCase> cases = new ArrayList<>();
    int five = Math.max(ROUNDS_OF_TWO, rounds);
    cases.add(of(Condition.NETWORK, MANY, 8, rounds));
    for (Condition condition : List.of(Condition.DIRECT, Condition.NETWORK)) {
      SIZES.forEach(size -> cases.add(of(condition, size, 4, five).in(NEVER_SLOWER)));
    }
    for (Condition condition : Condition.values()) {
      for (int size : SIZES) {
        for (int workers : List.of(4, 8, 16)) {
          EdgeCase plain =
              of(condition, size, workers, size == MANY ? 1 : rounds)
                  .in(size == SIZES.get(0) ? EnumSet.allOf(Way.class) : RIVALS);
          EdgeCase bipartite = plain.bipartite();
          cases.addAll(List.of(plain, plain.skewed(), bipartite, bipartite.skewed()));
        }
      }
    }
    return cases;
  }

  private EdgeCase in(Set<Way> others) {
    return new EdgeCase(condition, edges, workers, kind, zipf, others, batchRows, rounds);
  }

  private EdgeCase bipartite() {
    return new EdgeCase(
        condition, edges, workers, ScheduleKind.BIPARTITE, zipf, ways, batchRows, rounds);
  }

  private EdgeCase skewed() {
    return new EdgeCase(condition, edges, workers, kind, true, ways, batchRows, rounds);
  }

  private EdgeCase inBatchesOf(int rows) {
    return new EdgeCase(condition, edges, workers, kind, zipf, ways, rows, rounds);
  }

  /** Whether all these words are among those of the case. */
  boolean isNamedBy(List<String> words) {
    List<String> own =
        List.of(
            condition.name(),
            String.valueOf(edges),
            workers + "workers",
            kind.name(),
            zipf ? "zipf" : "uniform");
    return words.stream().allMatch(word -> own.stream().anyMatch(word::equalsIgnoreCase));
  }

  /** Returns how the edges lie, and the size of a batch where it is not the usual one. */
  String graph() {
    return String.format(
        Locale.ROOT,
        "%,d %s%s%s",
        edges,
        kind.name().toLowerCase(Locale.ROOT),
        zipf ? ", Zipf" : "",
        batchRows == EdgeLoad.BATCH_ROWS
            ? ""
            : String.format(Locale.ROOT, ", batches of %,d", batchRows));
  }
}
