package dev.diagonal.pipelines.servers;

/**
 * No embedded server can be had. The message is meant for the user as it stands: what is wrong,
 * what helps, and the end of the server's own log where there is one.
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
