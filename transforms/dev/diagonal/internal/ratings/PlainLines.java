package dev.diagonal.internal.ratings;

/**
 * Parses the common kind of line: user, movie, rating and time, in this order, without quotes or
 * signs. The columns are fixed, so there is no decision per field. Stops at any other line, which
 * {@link RatingParser} parses.
 *
 * <p>Users and times mostly have as many digits as those of the line before. Comparing the lengths
 * lets the processor guess that they are equal and continue, instead of waiting until it has
 * counted the digits that the start of the next field depends on. Not thread-safe.
 */
final class PlainLines {

  /** Added to the digits of a rating, it moves those above 9 into the upper half of their byte. */
  private static final int ABOVE_NINE = 0x0006_0006;

  /** All bits of a rating without its template, except those of the values of its two digits. */
  private static final int NOT_DIGITS = 0xFFF0_FFF0;

  private final byte delimiter;

  /** The first four bytes of the rating 0.0 with its delimiter, the first one lowest. */
  private final int template;

  /** How many digits the user and the time of the line before have. */
  private int userDigits;

  private int timeDigits;

  PlainLines(byte delimiter) {
    this.delimiter = delimiter;
    this.template = '0' | '.' << 8 | '0' << 16 | delimiter << 24;
  }

  /**
   * Parses lines of {@code bytes} from {@code from}, the start of a line, to {@code end}, after a
   * line end, until {@code into} is full or a line is not plain. Returns the start of the next
   * line.
   */
  int read(byte[] bytes, int from, int end, RatingBatch into) {
    int line = from;
    while (line < end && !into.isFull()) {
      int i;
      int user = Digits.count(Digits.wordAt(bytes, line));
      if (user == userDigits) {
        i = line + userDigits;
      } else {
        userDigits = user;
        i = line + user;
      }
      if (user == 0 || bytes[i] != delimiter) {
        break;
      }
      long word = Digits.wordAt(bytes, ++i);
      int digits = Digits.count(word);
      if (digits == 0 || digits == Digits.WORD) {
        break;
      }
      long movie = Digits.value(word, digits);
      i += digits;
      if (bytes[i] != delimiter) {
        break;
      }
      // One digit, a point, one digit, the delimiter: without the template, only the digits remain.
      int rating = (int) Digits.wordAt(bytes, ++i) ^ template;
      if (((rating | (rating + ABOVE_NINE)) & NOT_DIGITS) != 0) {
        break;
      }
      i += 4;
      int time = Digits.count(Digits.wordAt(bytes, i));
      if (time == Digits.WORD) {
        time += Digits.count(Digits.wordAt(bytes, i + Digits.WORD));
      }
      if (time == 0 || time == 2 * Digits.WORD) {
        break;
      }
      if (time == timeDigits) {
        i += timeDigits;
      } else {
        timeDigits = time;
        i += time;
      }
      if (bytes[i] == '\r') {
        i++;
      }
      if (bytes[i] != '\n') {
        break;
      }
      into.add(movie, (rating & 0xF) * 1_000 + (rating >>> 16) * 100);
      line = i + 1;
    }
    return line;
  }
}
