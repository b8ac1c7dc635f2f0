package dev.diagonal.internal.transfer.receipt;

/** Thrown when a target does not hold the rows that were sent to it. */
public final class MismatchException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public MismatchException(String message) {
    super(message);
  }
}
