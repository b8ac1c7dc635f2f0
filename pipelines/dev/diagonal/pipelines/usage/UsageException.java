package dev.diagonal.pipelines.usage;

/**
 * The command was called the wrong way; the message is one line that says how, and what is right.
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
