package dev.diagonal.schedule;

import dev.diagonal.fault.Retry;
import java.util.List;

/**
 * A batch could not be written. The message has the target, the cell, how many rows and attempts,
 * and what the cause says; the cause is what the writer threw last, an {@link Error} too.
 */
public final class BatchFailedException extends RuntimeException {

  private BatchFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The failure of the first of these batches; those of the others are suppressed onto it. */
  static <T> BatchFailedException of(String target, List<BatchRun<T>> failed) {
    BatchFailedException first = of(target, failed.get(0));
    for (BatchRun<T> run : failed.subList(1, failed.size())) {
      first.addSuppressed(of(target, run));
    }
    return first;
  }

  private static BatchFailedException of(String target, BatchRun<?> run) {
    Throwable cause = causeOf(run);
    return new BatchFailedException(
        "cannot write %s of cell %d to %s in %s: %s"
            .formatted(
                count(run.rows(), "row"),
                run.cell(),
                target,
                count(run.attempts(), "attempt"),
                reason(cause)),
        cause);
  }

  /** What a fault says; its name if it says nothing, and always if it is an {@link Error}. */
  public static String reason(Throwable fault) {
    String message = fault.getMessage();
    return message == null || fault instanceof Error ? fault.toString() : message;
  }

  private static Throwable causeOf(BatchRun<?> run) {
    Throwable failure = run.failure();
    if (failure == null) {
      throw new IllegalStateException("a batch of cell " + run.cell() + " did not fail");
    }
    // Its message would say the attempts a second time.
    boolean exhausted = failure instanceof Retry.ExhaustedException;
    return exhausted && failure.getCause() != null ? failure.getCause() : failure;
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
