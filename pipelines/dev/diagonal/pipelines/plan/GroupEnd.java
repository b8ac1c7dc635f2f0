package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.run.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The end of a group whose tasks share something: completes it if they succeeded, and abandons it
 * otherwise or if the process is asked to end before.
 */
final class GroupEnd {

  private final PlanNode.@Nullable Ending ending;
  private final @Nullable Thread atExit;
  private long refused;

  private GroupEnd(Group group) {
    PlanNode.Ending shared = group.ending();
    this.ending = shared;
    this.atExit =
        shared == null ? null : new Thread(() -> abandon(shared), "abandon " + group.name());
  }

  /** Returns the end of a group that is about to start. */
  static GroupEnd of(Group group) {
    GroupEnd end = new GroupEnd(group);
    if (end.atExit != null) {
      Runtime.getRuntime().addShutdownHook(end.atExit);
    }
    return end;
  }

  /** Ends the group; returns why that failed, or null. */
  @Nullable String now(boolean succeeded) {
    String failure = ending == null ? null : end(ending, succeeded);
    try {
      if (atExit != null) {
        boolean unused = Runtime.getRuntime().removeShutdownHook(atExit);
      }
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook is running.
    }
    return failure;
  }

  private @Nullable String end(PlanNode.Ending shared, boolean succeeded) {
    if (!succeeded) {
      abandon(shared);
      return null;
    }
    try {
      refused = shared.complete();
      return null;
    } catch (Exception e) {
      abandon(shared);
      return "its completion failed: " + Failure.of(e).message();
    }
  }

  /** Returns how many rows were counted as written but refused at the end. */
  long refused() {
    return refused;
  }

  private static void abandon(PlanNode.Ending ending) {
    try {
      ending.abandon();
    } catch (Exception e) {
      // The next run removes the rest.
    }
  }
}
