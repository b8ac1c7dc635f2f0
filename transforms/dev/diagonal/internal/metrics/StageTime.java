package dev.diagonal.internal.metrics;

/**
 * What the threads of a stage did with their time, all of them together.
 *
 * @param nanos how long they ran
 * @param waitedForRows how much of that they waited for the stage before
 * @param waitedForNext how much of that they waited for the stage after
 */
public record StageTime(long nanos, long waitedForRows, long waitedForNext) {

  StageTime plus(StageTime other) {
    return new StageTime(
        nanos + other.nanos,
        waitedForRows + other.waitedForRows,
        waitedForNext + other.waitedForNext);
  }

  /** Returns how long they neither waited for rows nor for the next stage. */
  public long busyNanos() {
    return Math.max(0, nanos - waitedForRows - waitedForNext);
  }
}
