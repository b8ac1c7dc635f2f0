package dev.diagonal.pipelines.plan;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.plan.PlanReport.State;
import dev.diagonal.pipelines.plan.Task.Counts;
import dev.diagonal.pipelines.run.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a plan: those of a sequence one after another, those of a parallel group
 * concurrently, up to a maximum. A task that fails makes its group fail: later elements of a
 * sequence do not start, unless the task allows it; parallel siblings continue.
 */
public final class PlanRun {

  private final Semaphore places;
  private final @Nullable String fromTask;
  private final Consumer<String> listener;
  private final UnaryOperator<String> words;
  private final Set<String> passedOver = new HashSet<>();

  private volatile long planStartNanos = System.nanoTime();

  private final RunningTasks running = new RunningTasks();

  /**
   * @param maxParallelTasks the maximum number of concurrent tasks
   * @param fromTask the name of the task to start at, which skips what comes before it in
   *     sequences; or null
   * @param listener receives a line when a task starts or ends, on any thread
   * @throws IllegalArgumentException if {@code maxParallelTasks} is below 1
   */
  public PlanRun(int maxParallelTasks, @Nullable String fromTask, Consumer<String> listener) {
    this(maxParallelTasks, fromTask, listener, UnaryOperator.identity());
  }

  /**
   * As the other constructor, with messages rewritten.
   *
   * @param words rewrites what tasks report: {@link PlanWords#of} if the tasks are those of a file
   */
  public PlanRun(
      int maxParallelTasks,
      @Nullable String fromTask,
      Consumer<String> listener,
      UnaryOperator<String> words) {
    checkArgument(maxParallelTasks > 0, "maxParallelTasks must be > 0, got %s", maxParallelTasks);
    this.places = new Semaphore(maxParallelTasks);
    this.fromTask = fromTask;
    this.listener = listener;
    this.words = words;
  }

  /**
   * Runs a plan to its end, whatever fails.
   *
   * @throws InterruptedException if the thread is interrupted; running tasks are then interrupted
   *     too
   */
  public PlanReport run(PlanNode plan) throws InterruptedException {
    passedOver.clear();
    planStartNanos = System.nanoTime();
    if (fromTask != null) {
      skip(plan, fromTask, passedOver);
    }
    return node(plan);
  }

  /**
   * Returns a line per running task and per group that ends, with its counts so far if they are
   * known, and what it does once all rows are read.
   */
  public List<String> running() {
    return running.lines();
  }

  /** Returns the names of the tasks that a run which starts at a task passes over. */
  public static Set<String> passedOver(PlanNode plan, String fromTask) {
    Set<String> passedOver = new HashSet<>();
    skip(plan, fromTask, passedOver);
    return passedOver;
  }

  /**
   * Marks what comes before the first task in sequences as skipped; its parallel siblings run too.
   */
  private static void skip(PlanNode node, String fromTask, Set<String> passedOver) {
    if (!(node instanceof Group group)) {
      return;
    }
    for (PlanNode child : group.children()) {
      if (child.steps().anyMatch(step -> step.name().equals(fromTask))) {
        skip(child, fromTask, passedOver);
        return;
      }
      if (!group.parallel()) {
        child.steps().forEach(step -> passedOver.add(step.name()));
      }
    }
  }

  private PlanReport node(PlanNode node) throws InterruptedException {
    return node instanceof Step step ? step(step) : group((Group) node);
  }

  private PlanReport step(Step step) throws InterruptedException {
    if (passedOver.contains(step.name())) {
      return untouched(step, State.PASSED_OVER);
    }
    places.acquire();
    try {
      listener.accept(step.name() + " starts");
      long startNanos = System.nanoTime();
      running.add(step);
      PlanReport report;
      @Nullable Failure failure = null;
      try {
        report = report(step, State.DONE, step.task().run(), startNanos, null);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | Error e) {
        failure = Failure.of(e);
        report =
            report(
                step,
                State.FAILED,
                e instanceof FailedTaskException failed ? failed.counts() : Counts.NONE,
                startNanos,
                words(step).apply(failure.message()));
      } finally {
        running.remove(step);
      }
      listener.accept(report.line(""));
      if (failure != null && failure.hint() != null) {
        listener.accept("hint: " + words(step).apply(failure.hint()));
      }
      return report;
    } finally {
      places.release();
    }
  }

  private UnaryOperator<String> words(Step step) {
    return step.task().words(words);
  }

  private PlanReport report(
      Step step, State state, Counts counts, long startNanos, @Nullable String failure) {
    return new PlanReport(
        step.name(),
        "task",
        state,
        counts.rowsRead(),
        counts.rowsWritten(),
        counts.badRows(),
        startedAt(startNanos),
        secondsSince(startNanos),
        failure,
        counts.remarks().stream().map(words(step)).toList(),
        List.of());
  }

  private PlanReport group(Group group) throws InterruptedException {
    long startNanos = System.nanoTime();
    GroupEnd end = GroupEnd.of(group);
    List<PlanReport> children = group.parallel() ? parallel(group) : sequence(group);
    String failure = null;
    for (int i = 0; i < children.size(); i++) {
      if (!children.get(i).isGood() && !group.children().get(i).continues() && failure == null) {
        failure = children.get(i).name() + " has failed";
      }
    }
    if (failure == null) {
      running.add(group, () -> sum(children));
    }
    String ending;
    try {
      ending = end.now(failure == null);
    } finally {
      running.remove(group);
    }
    failure = failure != null || ending == null ? failure : words.apply(ending);
    Counts counts = sum(children).plus(Counts.of(0, -end.refused(), end.refused()));
    boolean passedOver =
        !children.isEmpty()
            && children.stream().allMatch(child -> child.state() == State.PASSED_OVER);
    return new PlanReport(
        group.name(),
        kind(group),
        failure != null ? State.FAILED : passedOver ? State.PASSED_OVER : State.DONE,
        counts.rowsRead(),
        counts.rowsWritten(),
        counts.badRows(),
        startedAt(startNanos),
        secondsSince(startNanos),
        failure,
        List.of(),
        children);
  }

  private static Counts sum(List<PlanReport> children) {
    return children.stream().map(PlanReport::counts).reduce(Counts.NONE, Counts::plus);
  }

  private List<PlanReport> sequence(Group group) throws InterruptedException {
    List<PlanReport> children = new ArrayList<>();
    boolean stopped = false;
    for (PlanNode child : group.children()) {
      PlanReport report = stopped ? untouched(child, State.NOT_STARTED) : node(child);
      stopped = stopped || (!report.isGood() && !child.continues());
      children.add(report);
    }
    return children;
  }

  private List<PlanReport> parallel(Group group) throws InterruptedException {
    @Nullable PlanReport[] reports = new PlanReport[group.children().size()];
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < reports.length; i++) {
      int child = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  reports[child] = node(group.children().get(child));
                } catch (InterruptedException e) {
                  // The run has been abandoned.
                }
              },
              "plan " + group.children().get(i).name());
      threads.add(thread);
      thread.start();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw e;
    }
    List<PlanReport> children = new ArrayList<>();
    for (PlanReport report : reports) {
      if (report == null) {
        throw new InterruptedException("a task was interrupted");
      }
      children.add(report);
    }
    return children;
  }

  private static PlanReport untouched(PlanNode node, State state) {
    List<PlanReport> children =
        node instanceof Group group
            ? group.children().stream().map(child -> untouched(child, state)).toList()
            : List.of();
    String kind = node instanceof Group group ? kind(group) : "task";
    return new PlanReport(node.name(), kind, state, 0, 0, 0, 0, 0, null, List.of(), children);
  }

  private static String kind(Group group) {
    return group.parallel() ? "parallel" : "sequence";
  }

  private double startedAt(long startNanos) {
    return Math.round((startNanos - planStartNanos) / 1e6) / 1e3;
  }

  private static double secondsSince(long startNanos) {
    return Math.round((System.nanoTime() - startNanos) / 1e6) / 1e3;
  }
}
