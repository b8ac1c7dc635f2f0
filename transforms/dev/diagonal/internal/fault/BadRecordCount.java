package dev.diagonal.internal.fault;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.metrics.Counted;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bad records of one instance of a step, over all its bundles. The first one fails the
 * run, unless bad records are routed to a handler; then those beyond a limit do. Not thread-safe.
 */
public final class BadRecordCount implements Serializable {

  private final boolean routed;
  private final long most;
  private transient @Nullable DeadLetterLimit limit;

  /**
   * @param routed whether bad records go to a handler
   * @param most how many may go there, which bounds what a runner has to hold
   */
  public BadRecordCount(boolean routed, long most) {
    this.routed = routed;
    this.most = most;
  }

  /**
   * Counts a bad record.
   *
   * @throws BadInputException if bad records are not routed
   * @throws TooManyDeadLettersException if there are more than allowed
   */
  public void add(DeadLetter letter) {
    Counted.BAD_RECORDS.add(1);
    if (!routed) {
      throw new BadInputException(letter.describe());
    }
    if (limit == null) {
      limit = new DeadLetterLimit(most);
    }
    limit.add(letter);
  }
}
