package dev.diagonal.pipelines.progress;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Console;
import java.io.File;
import java.io.IOException;

/** Detects whether a person reads the output. */
public final class Terminal {

  private static final int USUAL_COLUMNS = 80;

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

  /** Returns how many columns the terminal has; 80 if that is unknown. */
  public static int columns() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), US_ASCII).strip();
      int columns = Integer.parseInt(size.replaceFirst(".* ", ""));
      return columns > 0 ? columns : USUAL_COLUMNS;
    } catch (IOException | NumberFormatException e) {
      return USUAL_COLUMNS;
    }
  }
}
