package dev.diagonal.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.schedule.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random schedules, groups, faults and cancellations. What a row does to its batch is a function of
 * the row: see {@link Fate}. A row is never submitted twice.
 */
class SchedulerPropertiesTest {

  private static final Retry AT_ONCE = new Retry(3, Duration.ZERO, Duration.ZERO);
  private static final long PATIENCE_SECONDS = 60;

  private static ExecutorService bundles = Executors.newCachedThreadPool();

  @BeforeContainer
  static void start() {
    bundles = Executors.newCachedThreadPool();
  }

  @AfterContainer
  static void stop() {
    bundles.shutdownNow();
  }

  /** What becomes of a batch with this row. */
  private enum Fate {
    GOOD,
    /** The first two attempts fail for a passing reason. */
    SLOW_START,
    /** The target refuses the row. */
    BAD_ROW,
    /** Every attempt fails for a passing reason. */
    NEVER_PASSES,
    /** The writer throws an Error. */
    DEADLY
  }

  /** One bundle: its batches, and how many of them are submitted before it is cancelled. */
  private record Bundle(List<Batch<Integer>> batches, int cancelledAfter) {
    boolean isCancelled() {
      return cancelledAfter < batches.size();
    }

    Set<Integer> rows() {
      Set<Integer> rows = new HashSet<>();
      batches.forEach(batch -> rows.addAll(batch.rows()));
      return rows;
    }
  }

  /** A random load and the target it is written to. */
  private static final class Load {
    final Map<Integer, Fate> fates = new ConcurrentHashMap<>();
    final Map<Integer, AtomicInteger> tries = new ConcurrentHashMap<>();
    final AtomicInteger unfinished = new AtomicInteger();
    final AtomicInteger mostUnfinished = new AtomicInteger();
    final List<Bundle> all = new ArrayList<>();
    final TinySchedule schedule;
    final WatchedTarget target;
    private final Random random;

    Load(long seed, int n, boolean bipartite, int groups, int faultPercent, int cancelPercent) {
      random = new Random(seed);
      schedule = bipartite ? TinySchedule.bipartite(n) : TinySchedule.monopartite(n);
      target = new WatchedTarget(schedule, this::during);
      for (int group = 0; group < groups; group++) {
        List<Batch<Integer>> batches = new ArrayList<>();
        int hotCell = random.nextInt(schedule.cells());
        for (int batch = random.nextInt(25); batch > 0; batch--) {
          int cell = random.nextInt(3) == 0 ? hotCell : random.nextInt(schedule.cells());
          batches.add(new Batch<>(cell, rows(faultPercent)));
        }
        boolean cancelled = random.nextInt(100) < cancelPercent && !batches.isEmpty();
        all.add(new Bundle(batches, cancelled ? random.nextInt(batches.size()) : batches.size()));
      }
    }

    private List<Integer> rows(int faultPercent) {
      List<Integer> rows = new ArrayList<>();
      boolean faulty = random.nextInt(100) < faultPercent;
      for (int row = 1 + random.nextInt(6); row > 0; row--) {
        int number = fates.size();
        rows.add(number);
        fates.put(number, Fate.GOOD);
      }
      if (faulty) {
        Fate fate = Fate.values()[weighted(random.nextInt(10))];
        fates.put(rows.get(random.nextInt(rows.size())), fate);
      }
      return rows;
    }

    private static int weighted(int die) {
      return die < 4 ? 1 : die < 8 ? 2 : die - 5;
    }

    private void during(Batch<Integer> batch) throws Exception {
      int spins = batch.rows().get(0) * 31 % 7;
      for (int spin = 0; spin < spins; spin++) {
        Thread.yield();
      }
      for (int row : batch.rows()) {
        switch (fates.getOrDefault(row, Fate.GOOD)) {
          case GOOD -> {}
          case SLOW_START -> {
            if (tries.computeIfAbsent(row, r -> new AtomicInteger()).incrementAndGet() < 3) {
              throw new WatchedTarget.PassingFault("not yet");
            }
          }
          case BAD_ROW -> throw new WatchedTarget.BadRowsFault("row " + row + " is bad");
          case NEVER_PASSES -> throw new WatchedTarget.PassingFault("never");
          case DEADLY -> throw new LinkageError("deadly");
        }
      }
      unfinished.decrementAndGet(); // right only as long as nothing fails
    }

    boolean mustFail(Bundle bundle, boolean deadLetters) {
      Set<Fate> found = new HashSet<>();
      bundle.rows().forEach(row -> found.add(fates.getOrDefault(row, Fate.GOOD)));
      return found.contains(Fate.NEVER_PASSES)
          || found.contains(Fate.DEADLY)
          || (found.contains(Fate.BAD_ROW) && !deadLetters);
    }
  }

  @Property(seed = "1", tries = 400, edgeCases = EdgeCasesMode.NONE)
  void writesEachRowOnceAndNeverSharesSlots(
      @ForAll @IntRange(min = 1, max = 6) int n,
      @ForAll boolean bipartite,
      @ForAll @IntRange(min = 1, max = 6) int workers,
      @ForAll @IntRange(min = 1, max = 4) int prefetch,
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll long seed)
      throws Exception {
    Load load = new Load(seed, n, bipartite, groups, 0, 0);
    SchedulerSettings settings = settings(workers, prefetch, false);
    try (ConflictScheduler<Integer> scheduler =
        new ConflictScheduler<>(load.schedule, load.target, settings)) {
      List<Future<?>> running = new ArrayList<>();
      for (Bundle bundle : load.all) {
        running.add(
            bundles.submit(
                () -> {
                  BatchGroup<Integer> group = scheduler.newGroup();
                  List<BatchResult<Integer>> results = new ArrayList<>();
                  for (Batch<Integer> batch : bundle.batches) {
                    group.submit(batch);
                    load.mostUnfinished.accumulateAndGet(
                        load.unfinished.incrementAndGet(), Math::max);
                    results.addAll(group.drain());
                  }
                  results.addAll(group.await());
                  assertThat(results).hasSameSizeAs(bundle.batches);
                  assertThat(rowsWritten(results)).isEqualTo(bundle.rows().size());
                  assertThat(load.target.commits.keySet()).containsAll(bundle.rows());
                  return null;
                }));
      }
      join(running);
      assertThat(load.target.overlaps).isEmpty();
      assertThat(load.target.commits).hasSameSizeAs(load.fates);
      assertThat(load.target.commits.values()).allMatch(commits -> commits == 1);
      assertThat(load.target.maxOpen).hasValueLessThanOrEqualTo(workers);
      assertThat(load.mostUnfinished).hasValueLessThanOrEqualTo(settings.window());
      assertThat(scheduler.stats().rows()).isEqualTo(load.fates.size());
      assertThat(scheduler.stats().maxOpen()).isBetween(load.target.maxOpen.get(), workers);
    }
    assertThat(load.target.writersClosed).hasValue(load.target.writersOpened.get());
    assertThat(load.target.writersOpened).hasValueLessThanOrEqualTo(workers);
  }

  @Property(seed = "2", tries = 400, edgeCases = EdgeCasesMode.NONE)
  void faultsAndCancellationsStayInTheirGroup(
      @ForAll @IntRange(min = 1, max = 5) int n,
      @ForAll boolean bipartite,
      @ForAll @IntRange(min = 1, max = 5) int workers,
      @ForAll @IntRange(min = 1, max = 3) int prefetch,
      @ForAll @IntRange(min = 1, max = 5) int groups,
      @ForAll boolean deadLetters,
      @ForAll long seed)
      throws Exception {
    Load load = new Load(seed, n, bipartite, groups, 15, 25);
    try (ConflictScheduler<Integer> scheduler =
        new ConflictScheduler<>(
            load.schedule, load.target, settings(workers, prefetch, deadLetters))) {
      List<Future<?>> running = new ArrayList<>();
      for (Bundle bundle : load.all) {
        running.add(
            bundles.submit(
                () -> {
                  run(bundle, scheduler.newGroup(), load, deadLetters);
                  return null;
                }));
      }
      join(running);
    }
    assertThat(load.target.overlaps).isEmpty();
    assertThat(load.target.commits.values()).allMatch(commits -> commits == 1);
    assertThat(load.target.maxOpen).hasValueLessThanOrEqualTo(workers);
    assertThat(load.target.writersClosed).hasValue(load.target.writersOpened.get());
  }

  private static void run(Bundle bundle, BatchGroup<Integer> group, Load load, boolean deadLetters)
      throws Exception {
    if (bundle.isCancelled()) {
      try {
        for (Batch<Integer> batch : bundle.batches.subList(0, bundle.cancelledAfter)) {
          group.submit(batch);
        }
      } catch (BatchFailedException expected) {
        assertThat(load.mustFail(bundle, deadLetters)).isTrue();
      }
      assertThat(group.cancel()).isTrue();
      Set<Integer> committed = committed(bundle, load);
      List<BatchResult<Integer>> results = group.drain();
      // A failed batch may have written halves of itself, without a result.
      assertThat(rowsWritten(results)).isLessThanOrEqualTo(committed.size());
      assertThatThrownBy(() -> group.submit(new Batch<>(0, List.of(-1))))
          .isInstanceOfAny(CancellationException.class, BatchFailedException.class);
      assertThat(committed(bundle, load)).isEqualTo(committed);
    } else if (load.mustFail(bundle, deadLetters)) {
      assertThatThrownBy(
              () -> {
                for (Batch<Integer> batch : bundle.batches) {
                  group.submit(batch);
                }
                group.await();
              })
          .isInstanceOf(BatchFailedException.class);
      assertThatThrownBy(group::await).isInstanceOf(BatchFailedException.class);
      Set<Integer> committed = committed(bundle, load);
      assertThat(rowsWritten(group.drain())).isLessThanOrEqualTo(committed.size());
      assertThat(committed(bundle, load)).isEqualTo(committed);
    } else {
      for (Batch<Integer> batch : bundle.batches) {
        group.submit(batch);
      }
      List<BatchResult<Integer>> results = group.await();
      Set<Integer> rejected = new HashSet<>();
      results.forEach(result -> result.rejected().forEach(row -> rejected.add(row.row())));
      Set<Integer> good = bundle.rows();
      good.removeIf(row -> load.fates.get(row) == Fate.BAD_ROW);
      assertThat(committed(bundle, load)).isEqualTo(good);
      Set<Integer> bad = bundle.rows();
      bad.removeAll(good);
      assertThat(rejected).isEqualTo(bad);
      assertThat(rowsWritten(results)).isEqualTo(good.size());
    }
  }

  private static Set<Integer> committed(Bundle bundle, Load load) {
    Set<Integer> rows = bundle.rows();
    rows.retainAll(load.target.commits.keySet());
    return rows;
  }

  private static int rowsWritten(List<BatchResult<Integer>> results) {
    return results.stream().mapToInt(BatchResult::rowsWritten).sum();
  }

  private static SchedulerSettings settings(int workers, int prefetch, boolean deadLetters) {
    return new SchedulerSettings(workers, prefetch, AT_ONCE, deadLetters);
  }

  private static void join(List<Future<?>> running) throws Exception {
    for (Future<?> bundle : running) {
      bundle.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
