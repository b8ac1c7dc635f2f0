package dev.diagonal.pipelines.cli;

/** A cluster may have a job, but no longer tells of it: how that ends is not known here. */
final class LostJobException extends RuntimeException {

  private static final long serialVersionUID = 1;

  LostJobException(String message, Throwable cause) {
    super(message, cause);
  }
}
