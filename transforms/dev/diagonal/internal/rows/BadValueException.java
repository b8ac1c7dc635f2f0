package dev.diagonal.internal.rows;

import dev.diagonal.rows.FieldType;

/** A value does not fit its column; the message has the value and the reason, but no place. */
public final class BadValueException extends Exception {

  private static final long serialVersionUID = 1;
  private static final int SHOWN_CHARACTERS = 100;

  public BadValueException(String message) {
    // No stack trace: bad values are data, and there may be many.
    super(message, null, false, false);
  }

  /** Returns the exception for a text that is not a value of a type. */
  public static BadValueException of(String text, FieldType expected) {
    return new BadValueException("'" + shown(text) + "' is not a valid " + expected.lowerName());
  }

  public static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS
        ? text
        : text.substring(0, SHOWN_CHARACTERS) + "… (" + text.length() + " characters)";
  }
}
