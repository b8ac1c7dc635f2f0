package dev.diagonal.internal.schedule;

import static dev.diagonal.testing.Interleavings.explore;
import static dev.diagonal.testing.Interleavings.require;
import static dev.diagonal.testing.Interleavings.together;

import dev.diagonal.schedule.Batch;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The scheduler and its registry under real threads, in the orders that Lincheck chooses. */
class SchedulerThreadsTest {

  private static final int FEW = 20;

  /** Of scenarios that start threads of the scheduler, which take seconds for ten orders. */
  private static final int SOME = 300;

  private static final int MANY = 1_000;

  private static final TinySchedule GRID = TinySchedule.bipartite(2);
  private static final SchedulerSettings SETTINGS =
      SchedulerSettings.defaults().withMaxWorkers(2).withPrefetch(1);

  @Tag("large")
  @Test
  void batchesSharingSlotNeverOverlap() {
    explore(SOME, SchedulerThreadsTest::twoGroups);
    explore(SOME, SchedulerThreadsTest::oneGroupIsCancelled);
  }

  @Test
  void writeNeverHasTwoSchedulersAtOnce() {
    explore(FEW, SchedulerThreadsTest::threeUsersOfARegistry);
  }

  @Tag("large")
  @Test
  void neverHasTwoSchedulersOfAWrite() {
    explore(MANY, SchedulerThreadsTest::threeUsersOfARegistry);
  }

  private static void twoGroups() throws Exception {
    WatchedTarget target = new WatchedTarget(GRID, batch -> {});
    try (ConflictScheduler<Integer> scheduler = schedulerOf(target)) {
      together(() -> write(scheduler, 0, 1), () -> write(scheduler, 3, 2));
    }
    require(target.overlaps.isEmpty(), "batches overlap: " + target.overlaps);
    require(target.commits.size() == 4, "commits: " + target.commits);
  }

  private static void oneGroupIsCancelled() throws Exception {
    WatchedTarget target = new WatchedTarget(GRID, batch -> {});
    try (ConflictScheduler<Integer> scheduler = schedulerOf(target)) {
      BatchGroup<Integer> cancelled = scheduler.newGroup();
      cancelled.submit(new Batch<>(0, List.of(0)));
      cancelled.submit(new Batch<>(1, List.of(1)));
      together(cancelled::cancel, () -> write(scheduler, 0, 2));
    }
    require(target.overlaps.isEmpty(), "batches overlap: " + target.overlaps);
    require(target.commits.keySet().containsAll(List.of(0, 2)), "commits: " + target.commits);
  }

  private static void write(ConflictScheduler<Integer> scheduler, int... cells) throws Exception {
    BatchGroup<Integer> group = scheduler.newGroup();
    for (int cell : cells) {
      group.submit(new Batch<>(cell, List.of(cell)));
    }
    List<BatchResult<Integer>> results = group.await();
    require(results.size() == cells.length, results.size() + " results");
  }

  private static void threeUsersOfARegistry() throws Exception {
    SchedulerRegistry registry = new SchedulerRegistry();
    AtomicInteger made = new AtomicInteger();
    together(() -> use(registry, made), () -> use(registry, made), () -> use(registry, made));
    require(made.get() >= 1 && made.get() <= 3, made + " schedulers were made");
  }

  /** Acquires a scheduler, writes with it, and releases it. */
  private static void use(SchedulerRegistry registry, AtomicInteger made) throws Exception {
    ConflictScheduler<Integer> scheduler =
        registry.acquire(
            "write",
            () -> {
              made.incrementAndGet();
              return schedulerOf(new WatchedTarget(GRID, batch -> {}));
            });
    try {
      require(!scheduler.isClosed(), "a closed scheduler is in use");
    } finally {
      registry.release("write");
    }
  }

  private static ConflictScheduler<Integer> schedulerOf(WatchedTarget target) {
    return new ConflictScheduler<>(GRID, target, SETTINGS);
  }
}
