package dev.diagonal.pipelines.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.plan.PlanNode.Ending;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.plan.PlanReport.State;
import dev.diagonal.pipelines.plan.Task.Counts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class PlanRunTest {

  private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

  private interface Work {
    Counts run() throws Exception;
  }

  private Step step(String name, Work work) {
    return step(name, work, false);
  }

  private Step step(String name, Work work, boolean continues) {
    Task task =
        new Task() {
          @Override
          public List<String> describe() {
            return List.of();
          }

          @Override
          public Counts run() throws Exception {
            ran.add(name);
            return work.run();
          }
        };
    return new Step(name, task, continues);
  }

  private static Group sequence(PlanNode... children) {
    return new Group("sequence", false, Arrays.asList(children), false, null);
  }

  private static Group parallel(PlanNode... children) {
    return new Group("parallel", true, Arrays.asList(children), false, null);
  }

  private static PlanReport run(PlanNode plan) throws InterruptedException {
    return new PlanRun(4, null, line -> {}).run(plan);
  }

  private static PlanReport runFrom(@Nullable String task, PlanNode plan)
      throws InterruptedException {
    return new PlanRun(4, task, line -> {}).run(plan);
  }

  @Test
  void countsFailedTasksBesideSuccessfulOnes() throws Exception {
    PlanReport report =
        run(
            sequence(
                parallel(
                    step("good", () -> Counts.of(10, 9, 1)),
                    step(
                        "bad",
                        () -> {
                          throw new FailedTaskException(
                              Counts.of(5, 4, 0), new IOException("disk full"));
                        })),
                step("after", () -> Counts.of(100, 100, 0))));

    assertThat(report.state()).isEqualTo(State.FAILED);
    assertThat(report.counts()).isEqualTo(Counts.of(15, 13, 1));
    PlanReport group = report.children().get(0);
    assertThat(group.children())
        .extracting(PlanReport::state)
        .containsExactly(State.DONE, State.FAILED);
    assertThat(group.children().get(1).failure()).isEqualTo("disk full");
    assertThat(report.children().get(1).state()).isEqualTo(State.NOT_STARTED);
    assertThat(ran).containsExactlyInAnyOrder("good", "bad");
  }

  @Test
  void toleratedFailureDoesNotStopLaterSteps() throws Exception {
    PlanReport report =
        run(
            sequence(
                step(
                    "bad",
                    () -> {
                      throw new IOException("gone");
                    },
                    true),
                step("after", () -> Counts.of(1, 1, 0))));

    assertThat(report.state()).isEqualTo(State.DONE);
    assertThat(report.children())
        .extracting(PlanReport::state)
        .containsExactly(State.FAILED, State.DONE);
  }

  @Test
  void parallelTasksRunAtTheSameTime() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Work meet =
        () -> {
          both.await();
          return Counts.NONE;
        };
    assertThat(run(parallel(step("a", meet), step("b", meet))).state()).isEqualTo(State.DONE);
  }

  @Test
  void limitsConcurrentTasks() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Work counted =
        () -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          Thread.yield();
          running.decrementAndGet();
          return Counts.NONE;
        };
    PlanNode[] tasks = new PlanNode[20];
    for (int i = 0; i < tasks.length; i++) {
      // Groups hold no place while they wait for those within.
      tasks[i] = sequence(step("t" + i, counted), parallel(step("u" + i, counted)));
    }
    new PlanRun(2, null, line -> {}).run(parallel(tasks));
    assertThat(ran).hasSize(40);
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void runsSkipWhatPrecedesTheirFirstTask() throws Exception {
    PlanNode plan =
        sequence(
            step("schema", () -> Counts.NONE),
            parallel(
                sequence(step("a1", () -> Counts.NONE), step("a2", () -> Counts.NONE)),
                step("b", () -> Counts.NONE)),
            step("end", () -> Counts.of(1, 2, 3)));

    PlanReport report = runFrom("a2", plan);

    assertThat(ran).containsExactlyInAnyOrder("a2", "b", "end");
    assertThat(report.state()).isEqualTo(State.DONE);
    assertThat(report.counts()).isEqualTo(Counts.of(1, 2, 3));
    assertThat(report.children().get(0).state()).isEqualTo(State.PASSED_OVER);
  }

  @Test
  void runningTaskReportsItsCounts() throws Exception {
    List<String> lines = new ArrayList<>();
    PlanRun[] run = new PlanRun[1];
    Task counting =
        new Task() {
          @Override
          public List<String> describe() {
            return List.of();
          }

          @Override
          public Counts running() {
            return Counts.of(30, 20, 1);
          }

          @Override
          public Counts run() {
            lines.addAll(run[0].running());
            return Counts.of(40, 40, 1);
          }
        };
    run[0] = new PlanRun(4, null, line -> {});

    PlanReport report =
        run[0].run(sequence(step("before", () -> Counts.NONE), new Step("now", counting, false)));

    assertThat(lines)
        .singleElement()
        .asString()
        .matches("now +running +30 read +20 written +1 bad .*");
    assertThat(run[0].running()).isEmpty();
    assertThat(report.counts()).isEqualTo(Counts.of(40, 40, 1));
  }

  /** Its end abandons what the tasks shared; it has no phase then. */
  @Test
  void aFailedGroupIsNotShownAsEnding() throws Exception {
    List<String> lines = new ArrayList<>();
    PlanRun run = new PlanRun(4, null, line -> {});
    Ending ending =
        new Ending() {
          @Override
          public String describe() {
            return "nothing";
          }

          @Override
          public long complete() {
            lines.addAll(run.running());
            return 0;
          }

          @Override
          public void abandon() {
            lines.addAll(run.running());
          }

          @Override
          public String phase() {
            return "finishing";
          }
        };
    Step bad =
        step(
            "bad",
            () -> {
              throw new IOException("gone");
            });

    run.run(new Group("together", false, List.of(bad), false, ending));
    assertThat(lines).isEmpty();
    run.run(new Group("together", false, List.of(), false, ending));
    assertThat(lines).singleElement().asString().startsWith("together ");
  }

  @Test
  void aFailedTaskPrintsItsHint() throws Exception {
    List<String> lines = new ArrayList<>();
    Step step =
        step(
            "read",
            () -> {
              throw new SQLException("Connection attempt timed out.", "08001");
            });

    PlanReport report = new PlanRun(4, null, lines::add).run(sequence(step));

    assertThat(report.children().get(0).state()).isEqualTo(State.FAILED);
    assertThat(lines).last().asString().startsWith("hint: ").contains("--snapshot=each");
  }

  @Test
  void groupsEndAfterAllTasksSucceed() throws Exception {
    List<String> ends = new ArrayList<>();
    Ending ending =
        new Ending() {
          @Override
          public String describe() {
            return "";
          }

          @Override
          public long complete() {
            ends.add("complete");
            return 0;
          }

          @Override
          public void abandon() {
            ends.add("abandon");
          }
        };
    Step good = step("good", () -> Counts.NONE);
    Step bad =
        step(
            "bad",
            () -> {
              throw new IOException("no");
            });
    run(new Group("whole", true, List.of(good), false, ending));
    run(new Group("whole", true, List.of(good, bad), false, ending));
    assertThat(ends).containsExactly("complete", "abandon");
  }
}
