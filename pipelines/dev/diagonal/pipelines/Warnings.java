package dev.diagonal.pipelines;

import org.jspecify.annotations.Nullable;

/** Tells the user what did not work and does no harm. */
final class Warnings {

  private Warnings() {}

  /** Prints a warning to standard error, unless it is null. */
  static void print(@Nullable String warning) {
    if (warning != null) {
      System.err.println("warning: " + warning);
    }
  }
}
