package dev.diagonal.fault;

/**
 * Thrown for input that the user must correct: the message names the file, the place and the
 * reason, so no stack trace is needed.
 */
public class BadInputException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    super(message);
  }

  public BadInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
