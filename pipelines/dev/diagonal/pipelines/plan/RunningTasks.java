package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.plan.PlanNode.Ending;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.plan.PlanReport.State;
import dev.diagonal.pipelines.plan.Task.Counts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tasks of a plan that are running, and the groups that are ending. Thread-safe. */
final class RunningTasks {

  /** By name, which is unique in the plan. */
  private final Map<String, Running> running = new LinkedHashMap<>();

  private interface Running {
    /** Returns the line to show, or null if there is nothing to show. */
    @Nullable String line();
  }

  void add(Step step) {
    long startNanos = System.nanoTime();
    put(
        step.name(),
        () -> {
          Counts counts = step.task().running();
          String phase = step.task().phase();
          return line(
              step.name(),
              counts == null ? Counts.NONE : counts,
              startNanos,
              phase != null ? phase : counts == null ? "(counts are known at its end)" : "");
        });
  }

  /** Adds a group whose tasks are done. */
  void add(Group group, Supplier<Counts> tasks) {
    Ending ending = group.ending();
    if (ending == null) {
      return;
    }
    long startNanos = System.nanoTime();
    put(
        group.name(),
        () -> {
          String phase = ending.phase();
          return phase == null ? null : line(group.name(), tasks.get(), startNanos, phase);
        });
  }

  private synchronized void put(String name, Running added) {
    running.put(name, added);
  }

  synchronized void remove(PlanNode node) {
    running.remove(node.name());
  }

  /** Returns a line for each, with its counts so far if they are known. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Running each : all()) { // not under the lock: a task may take a moment to answer
      String line = each.line();
      if (line != null) {
        lines.add(line);
      }
    }
    return lines;
  }

  private synchronized List<Running> all() {
    return List.copyOf(running.values());
  }

  private static String line(String name, Counts counts, long startNanos, String note) {
    return new PlanReport(
            name,
            "task",
            State.RUNNING,
            counts.rowsRead(),
            counts.rowsWritten(),
            counts.badRows(),
            0,
            (System.nanoTime() - startNanos) / 1e9,
            note.isEmpty() ? null : note,
            List.of(),
            List.of())
        .line("");
  }
}
