package dev.diagonal.pipelines.servers;

/**
 * An embedded server cannot be started. The message is shown to the user unchanged: what is wrong,
 * what to do, and the end of the server's log if there is one.
 */
public final class EmbeddedServersException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public EmbeddedServersException(String message) {
    super(message);
  }

  public EmbeddedServersException(String message, Throwable cause) {
    super(message, cause);
  }
}
