package dev.diagonal.pipelines.plan;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task of a plan, or a group of them. */
public sealed interface PlanNode {

  /** Returns what it is called, in the plan only once. */
  String name();

  /** Whether what comes after it goes on when it has failed. */
  boolean continues();

  /** Returns the tasks in it, in order. */
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
   * @param ending what is to do when all of them have gone well, or have not
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
    /** Returns what the tasks share, for a person. */
    String describe();

    /**
     * Makes what the tasks have done take effect. Returns how many rows, that the tasks have
     * counted as written, were refused and have become bad records.
     */
    long complete() throws Exception;

    /** Takes back what the tasks have done. */
    void abandon() throws Exception;
  }
}
