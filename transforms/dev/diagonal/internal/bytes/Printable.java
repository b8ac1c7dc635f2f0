package dev.diagonal.internal.bytes;

/** Makes texts safe for a terminal, whose state control characters of input files could change. */
public final class Printable {

  private static final int UNKNOWN = '\uFFFD';

  private Printable() {}

  /** Returns the text with all control characters except the tab replaced by U+FFFD. */
  public static String line(String text) {
    return printable(text, false);
  }

  /** Returns the text with all control characters except tabs and line feeds replaced by U+FFFD. */
  public static String lines(String text) {
    return printable(text, true);
  }

  private static String printable(String text, boolean lineFeeds) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean plain = !Character.isISOControl(c) || c == '\t' || (lineFeeds && c == '\n');
              shown.appendCodePoint(plain ? c : UNKNOWN);
            });
    return shown.toString();
  }
}
