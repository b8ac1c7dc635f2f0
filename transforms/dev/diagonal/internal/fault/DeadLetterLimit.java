package dev.diagonal.internal.fault;

import dev.diagonal.fault.DeadLetter;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits the dead letters that one instance of a step may emit, which bounds what a runner has to
 * hold. Not thread-safe.
 */
public final class DeadLetterLimit {

  /**
   * The maximum size of kept dead letters in characters, so that the exception fits into a message
   * between processes.
   */
  private static final long KEPT_CHARACTERS = 4 << 20;

  private final long most;
  private final DeadLetterCounts counts = new DeadLetterCounts();
  private final List<DeadLetter> kept = new ArrayList<>();
  private long size;
  private long characters;

  public DeadLetterLimit(long most) {
    this.most = most;
  }

  /**
   * Counts a dead letter.
   *
   * @throws TooManyDeadLettersException if there are more than allowed
   */
  public void add(DeadLetter letter) {
    counts.add(letter);
    characters += letter.reason().length() + letter.record().length();
    if (characters <= KEPT_CHARACTERS) {
      kept.add(letter);
    }
    if (++size > most) {
      throw new TooManyDeadLettersException(
          "more than %s bad records (--maxBadRecords): %s".formatted(most, counts.describe()),
          kept);
    }
  }
}
