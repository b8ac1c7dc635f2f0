package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.plan.Task.Counts;

/** A task failed after it had counted rows; the cause says why. */
public final class FailedTaskException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient Counts counts;

  public FailedTaskException(Counts counts, Throwable cause) {
    super(cause);
    this.counts = counts;
  }

  Counts counts() {
    return counts;
  }
}
