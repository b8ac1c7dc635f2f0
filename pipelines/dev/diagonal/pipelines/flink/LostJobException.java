package dev.diagonal.pipelines.flink;

/** A cluster may have a job, but no longer tells of it: how that ends is not known here. */
public final class LostJobException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public LostJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
