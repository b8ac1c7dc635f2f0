package dev.diagonal.fault;

/**
 * Input that the user must mend: the message names the file, the place and the reason, and needs no
 * stack trace.
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
