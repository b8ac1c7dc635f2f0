package dev.diagonal.pipelines.progress;

import java.io.Console;

/** Detects whether a person reads the output. */
public final class Terminal {

  private Terminal() {}

  /**
   * Returns whether input and output are a terminal. From Java 22 on, the presence of a console
   * does not imply that.
   */
  @SuppressWarnings("SystemConsoleNull")
  public static boolean isPresent() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
