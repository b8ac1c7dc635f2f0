package dev.diagonal.pipelines.flink;

/** A cluster may have a job but no longer reports it, so its outcome is unknown. */
public final class LostJobException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public LostJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
