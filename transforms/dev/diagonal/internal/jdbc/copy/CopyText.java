package dev.diagonal.internal.jdbc.copy;

/** Escapes values for PostgreSQL's COPY in text format. */
public final class CopyText {

  private CopyText() {}

  /** Returns the text with a backslash before each character that COPY would interpret. */
  public static String escaped(String text) {
    boolean plain = text.chars().noneMatch(c -> c == '\\' || c == '\t' || c == '\n' || c == '\r');
    return plain
        ? text
        : text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
  }
}
