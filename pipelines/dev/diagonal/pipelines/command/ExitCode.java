package dev.diagonal.pipelines.command;

/** How a command ends. */
public enum ExitCode {
  /** All was done. */
  DONE(0),
  /** The job failed. */
  FAILED(1),
  /** The command was called the wrong way; nothing was done. */
  WRONG_USAGE(2);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  /** Returns the exit status of the process. */
  public int status() {
    return status;
  }
}
