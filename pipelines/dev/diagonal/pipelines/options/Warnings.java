package dev.diagonal.pipelines.options;

import dev.diagonal.internal.bytes.Printable;
import org.jspecify.annotations.Nullable;

/** Warns the user of faults that do no harm. */
public final class Warnings {

  private Warnings() {}

  /** Prints a warning to standard error, unless it is null. */
  public static void print(@Nullable String warning) {
    if (warning != null) {
      System.err.println("warning: " + Printable.lines(warning));
    }
  }
}
