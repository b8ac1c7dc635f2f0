package dev.diagonal.rows;

/** A value that is not what its column takes; the message says which and why, without a place. */
public final class BadValueException extends Exception {

  private static final long serialVersionUID = 1;
  private static final int SHOWN_CHARACTERS = 100;

  public BadValueException(String message) {
    // No stack trace: bad values are data, and there may be many.
    super(message, null, false, false);
  }

  /** Says that a text is no value of a type. */
  public static BadValueException of(String text, FieldType expected) {
    return new BadValueException("'" + shown(text) + "' is no " + expected.lowerName());
  }

  public static String shown(String text) {
    return text.length() <= SHOWN_CHARACTERS
        ? text
        : text.substring(0, SHOWN_CHARACTERS) + "… (" + text.length() + " characters)";
  }
}
