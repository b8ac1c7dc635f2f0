package dev.diagonal.pipelines.plan;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task of a plan, or a group of them. */
public sealed interface PlanNode {

  /** Returns its name, which is unique in the plan. */
  String name();

  /** Returns whether the next elements run even if this one has failed. */
  boolean continues();

  /** Returns its tasks, in order. */
  Stream<Step> steps();

  /**
   * A task.
   *
   * @param task what it does
   */
  record Step(String name, Task task, boolean continues) implements PlanNode {
    @Override
    public Stream<Step> steps() {
      return Stream.of(this);
    }
  }

  /**
   * A group of tasks and groups.
   *
   * @param parallel whether they run at the same time, or one after another
   * @param children in order
   * @param ending what to do after all of them have ended, successfully or not
   */
  record Group(
      String name,
      boolean parallel,
      List<PlanNode> children,
      boolean continues,
      @Nullable Ending ending)
      implements PlanNode {

    public Group {
      children = List.copyOf(children);
    }

    @Override
    public Stream<Step> steps() {
      return children.stream().flatMap(PlanNode::steps);
    }
  }

  /** The end of a group whose tasks share something. */
  interface Ending {
    /** Returns what the tasks share, for messages. */
    String describe();

    /**
     * Completes the work of the tasks. Returns how many rows that the tasks have counted as written
     * were refused and became dead letters.
     */
    long complete() throws Exception;

    /** Returns what {@link #complete} does at the moment, on any thread; null if it is brief. */
    default @Nullable String phase() {
      return null;
    }

    /** Undoes the work of the tasks. */
    void abandon() throws Exception;
  }
}
