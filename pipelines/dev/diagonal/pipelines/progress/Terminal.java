package dev.diagonal.pipelines.progress;

import java.io.Console;

/** Tells whether a person looks at the output. */
public final class Terminal {

  private Terminal() {}

  /** Whether input and output are a terminal. From Java 22 on, a console alone does not say so. */
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
