package dev.diagonal.schedule;

/**
 * A batch could not be written. The message has the target, the cell, how many rows and attempts,
 * and what the cause says; the cause is what the writer threw last, an {@link Error} too.
 */
public final class BatchFailedException extends RuntimeException {

  public BatchFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What a fault says; its name if it says nothing, and always if it is an {@link Error}. */
  public static String reason(Throwable fault) {
    String message = fault.getMessage();
    return message == null || fault instanceof Error ? fault.toString() : message;
  }
}
