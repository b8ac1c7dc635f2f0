package dev.diagonal.pipelines.usage;

/**
 * A command was called with invalid arguments; the message says what is wrong, and what is allowed.
 */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
