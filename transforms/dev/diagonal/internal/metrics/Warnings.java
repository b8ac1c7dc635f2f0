package dev.diagonal.internal.metrics;

import java.util.logging.Logger;

/**
 * Warns the user of a job about problems that may take long or fail later. The commands print
 * warnings to the standard error; on a cluster they are in the output of the worker. Thread-safe.
 */
public final class Warnings {

  /** The name of the logger, all of whose records are warnings for the user. */
  public static final String LOGGER = "dev.diagonal";

  // Held here, since the logger would otherwise be garbage collected with its level and handlers.
  private static final Logger LOG = Logger.getLogger(LOGGER);

  private Warnings() {}

  /** Prints a message, which must be one line and contain no secret. */
  public static void warn(String message) {
    LOG.warning(message);
  }
}
