package dev.diagonal.internal.bytes;

/** Makes texts safe for a terminal: control characters of input files would change its state. */
public final class Printable {

  private static final int UNKNOWN = '\uFFFD';

  private Printable() {}

  /** Returns the text with U+FFFD for all control characters but the tab. */
  public static String line(String text) {
    return printable(text, false);
  }

  /** Returns the text with U+FFFD for all control characters but tabs and line feeds. */
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
