package dev.diagonal.internal.schedule;

/**
 * A batch could not be written. The message has the target, the cell, the number of rows and
 * attempts, and the message of the cause. The cause is the last exception or {@link Error} of the
 * writer.
 */
public final class BatchFailedException extends RuntimeException {

  public BatchFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns the message of a fault, preceded by its class name if it is an {@link Error}; only the
   * class name if there is no message.
   */
  public static String reason(Throwable fault) {
    String message = fault.getMessage();
    return message == null || fault instanceof Error ? fault.toString() : message;
  }
}
