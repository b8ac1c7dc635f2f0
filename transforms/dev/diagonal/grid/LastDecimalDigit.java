package dev.diagonal.grid;

import org.jspecify.annotations.Nullable;

/**
 * The extractor that usually illustrates the technique: the last character of an id's text, a
 * decimal digit, is its slot in a table of {@value #TABLE_SIZE}. Easy to follow, but uneven if ids
 * have strides: even ids fill only five of ten slots. Use as {@code
 * Grid.bipartite(10).bySlots(LastDecimalDigit.NAME, …)}.
 */
public final class LastDecimalDigit {

  /** The table size it is for. */
  public static final int TABLE_SIZE = 10;

  /** Names its locks. */
  public static final String NAME = "last-decimal-digit";

  private LastDecimalDigit() {}

  /**
   * Returns the slot of an id.
   *
   * @throws NotOnGridException if it is null, or its text does not end with a decimal digit
   */
  public static int of(@Nullable Object id) {
    if (id == null) {
      throw new NotOnGridException("the id is null");
    }
    String text = id.toString();
    int digit = text.isEmpty() ? -1 : text.charAt(text.length() - 1) - '0';
    if (digit < 0 || digit >= TABLE_SIZE) {
      throw new NotOnGridException("an id must end with a decimal digit, got '" + text + "'");
    }
    return digit;
  }
}
