package dev.diagonal.pipelines.run;

/** A job failed without an exception of its own. */
final class JobFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Failure failure;

  JobFailedException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
