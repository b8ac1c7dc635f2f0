package dev.diagonal.internal.fault;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import java.util.List;

/** Thrown when there are more bad records than the user allows. Contains those so far. */
public final class TooManyDeadLettersException extends BadInputException {

  private static final long serialVersionUID = 1L;

  private final List<DeadLetter> letters;

  public TooManyDeadLettersException(String message, List<DeadLetter> letters) {
    super(message);
    this.letters = List.copyOf(letters);
  }

  /** Returns the bad records of the reader that failed, or the first of them. */
  public List<DeadLetter> letters() {
    return letters;
  }
}
