package dev.diagonal.simulation;

/** An invariant does not hold. */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1;

  Violation(String message) {
    super(message);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not on the class path
  static void check(boolean holds, String format, Object... values) {
    if (!holds) {
      throw new Violation(String.format(format, values));
    }
  }
}
