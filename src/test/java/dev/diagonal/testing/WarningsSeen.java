package dev.diagonal.testing;

import dev.diagonal.internal.metrics.Warnings;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects the warnings of this JVM until it is closed. */
public final class WarningsSeen implements AutoCloseable {

  private static final Logger LOGGER = Logger.getLogger(Warnings.LOGGER);

  private final Handler handler;

  private WarningsSeen(Handler handler) {
    this.handler = handler;
  }

  /** Adds the messages to a list that several threads may write to. */
  public static WarningsSeen into(List<String> messages) {
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            messages.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    LOGGER.addHandler(handler);
    return new WarningsSeen(handler);
  }

  @Override
  public void close() {
    LOGGER.removeHandler(handler);
  }
}
