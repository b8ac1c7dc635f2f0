package dev.diagonal.pipelines.command;

/** The exit code of a command. */
public enum ExitCode {
  /** The command was successful. */
  DONE(0),
  /** The job failed. */
  FAILED(1),
  /** The arguments were invalid; nothing was done. */
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
