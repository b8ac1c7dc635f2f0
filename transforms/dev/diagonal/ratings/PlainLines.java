package dev.diagonal.ratings;

/**
 * Parses the common kind of line: user, movie, rating and time, in this order, without quotes or
 * signs. The columns are fixed, so there is no decision per field. Stops at any other line, which
 * {@link RatingParser} parses.
 */
final class PlainLines {

  private static final long POINT_AND_FRACTION = 0xFF00L;

  private PlainLines() {}

  /**
   * Parses lines of {@code bytes} from {@code from}, the start of a line, to {@code end}, after a
   * line end, until {@code into} is full or a line is not plain. Returns the start of the next
   * line.
   */
  static int read(byte[] bytes, int from, int end, byte delimiter, RatingBatch into) {
    int line = from;
    while (line < end && !into.isFull()) {
      int i = line;
      int digits = Digits.count(Digits.wordAt(bytes, i));
      i += digits;
      if (digits == 0 || bytes[i] != delimiter) {
        break;
      }
      long word = Digits.wordAt(bytes, ++i);
      digits = Digits.count(word);
      if (digits == 0 || digits == Digits.WORD) {
        break;
      }
      long movie = Digits.value(word, digits);
      i += digits;
      if (bytes[i] != delimiter) {
        break;
      }
      word = Digits.wordAt(bytes, ++i);
      int stars = (int) (word & 0xFF) - '0';
      int tenths = (int) (word >>> 16 & 0xFF) - '0';
      // One digit, a point, one digit, the delimiter.
      if (stars < 0
          || stars > 9
          || tenths < 0
          || tenths > 9
          || (word & POINT_AND_FRACTION) != '.' << 8
          || bytes[i + 3] != delimiter) {
        break;
      }
      i += 4;
      digits = Digits.count(Digits.wordAt(bytes, i));
      i += digits;
      if (digits == Digits.WORD) {
        digits = Digits.count(Digits.wordAt(bytes, i));
        i += digits;
        if (digits == Digits.WORD) {
          break;
        }
      } else if (digits == 0) {
        break;
      }
      if (bytes[i] == '\r') {
        i++;
      }
      if (bytes[i] != '\n') {
        break;
      }
      into.add(movie, stars * 1000 + tenths * 100);
      line = i + 1;
    }
    return line;
  }
}
