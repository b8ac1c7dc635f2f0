package dev.diagonal.pipelines.command;

import dev.diagonal.internal.metrics.Warnings;
import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Prints the warnings of jobs that run in this JVM, one line each. */
final class WarningLines extends Handler {

  private static final Logger LOGGER = Logger.getLogger(Warnings.LOGGER);

  private final PrintStream out;

  private WarningLines(PrintStream out) {
    this.out = out;
    setLevel(Level.WARNING);
  }

  /** Prints warnings to this stream from now on, instead of an earlier one. */
  static void to(PrintStream out) {
    for (Handler earlier : LOGGER.getHandlers()) {
      LOGGER.removeHandler(earlier);
    }
    LOGGER.setUseParentHandlers(false);
    LOGGER.setLevel(Level.WARNING);
    LOGGER.addHandler(new WarningLines(out));
  }

  @Override
  public void publish(LogRecord record) {
    if (isLoggable(record)) {
      out.println("warning: " + record.getMessage());
    }
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {}
}
