package dev.diagonal.ratings;

/**
 * Reads the lines that nearly all files of ratings consist of: user, movie, rating and time, in
 * this order, no quotes, no signs. It is {@link RatingParser} with the columns known, and so
 * without a decision a field; where a line is any different it stops, for {@code RatingParser} to
 * read it.
 */
final class PlainLines {

  private static final long POINT_AND_FRACTION = 0xFF00L;

  private PlainLines() {}

  /**
   * Reads lines of {@code bytes} from {@code from}, the start of a line, to {@code end}, behind a
   * line end, until {@code into} is full or a line is not plain; returns where that line starts.
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
