package dev.diagonal.internal.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.testing.Eventually;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CommitTurnsTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String DATABASE = "jdbc:neo4j://db:7687 as loader";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong readings = new AtomicLong();
  private final CommitTurns turns =
      new CommitTurns(
          DATABASE,
          Duration.ofSeconds(60),
          () -> {
            readings.incrementAndGet();
            return clock.get();
          });

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void commitsInTheOrderOfTheRequests() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    List<Integer> order = new CopyOnWriteArrayList<>();
    List<Future<?>> commits = new ArrayList<>();
    commits.add(begin(first::await));
    for (int i = 0; i < 20; i++) {
      int number = i;
      commits.add(begin(() -> order.add(number)));
    }
    first.countDown();
    awaitAll(commits);
    assertThat(order).hasSize(20).isSorted();
  }

  @Test
  void limitsEachCommitNotTheirSum() throws Exception {
    List<CountDownLatch> ends = new ArrayList<>();
    List<Future<?>> commits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      CountDownLatch end = new CountDownLatch(1);
      ends.add(end);
      commits.add(begin(end::await));
    }
    Future<?> last = begin(() -> {});
    for (int i = 0; i < 3; i++) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(40));
      long before = readings.get();
      ends.get(i).countDown();
      commits.get(i).get();
      // The end of a commit reads the clock, and so does each one that still waits.
      int waiting = 2 - i;
      assertThat(Eventually.within(LONG, () -> readings.get() >= before + Math.max(1, waiting)))
          .isTrue();
    }
    last.get();
  }

  @Test
  void namesDatabaseWhenOneCommitTakesTooLong() throws Exception {
    CommitTurns brief = new CommitTurns(DATABASE, Duration.ofMillis(1), System::nanoTime);
    CountDownLatch end = new CountDownLatch(1);
    Future<?> held = threads.submit(() -> run(brief, end::await));
    assertThat(Eventually.within(LONG, () -> brief.size() == 1)).isTrue();
    assertThatThrownBy(() -> brief.run(() -> {}))
        .isInstanceOf(SQLTimeoutException.class)
        .hasMessageContaining(DATABASE)
        .hasMessageContaining("--maxWorkers");
    end.countDown();
    held.get();
    brief.run(() -> {});
    assertThat(brief.size()).isZero();
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Starts a commit, and returns when it commits or waits. */
  private Future<?> begin(Work work) throws Exception {
    int before = turns.size();
    Future<?> commit = threads.submit(() -> run(turns, work));
    assertThat(Eventually.within(LONG, () -> turns.size() > before)).isTrue();
    return commit;
  }

  private static boolean run(CommitTurns turns, Work work) throws Exception {
    turns.run(
        () -> {
          try {
            work.run();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return true;
  }

  private static void awaitAll(List<Future<?>> commits) throws Exception {
    for (Future<?> commit : commits) {
      commit.get();
    }
  }
}
