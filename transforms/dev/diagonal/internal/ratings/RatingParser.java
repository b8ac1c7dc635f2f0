package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parses ratings from bytes. Plain lines, which are nearly all, are parsed in one pass, eight bytes
 * at a time and without allocation. A line with anything unusual (a sign, a quote, an error) goes
 * to {@link RatingLine}, which alone decides what is valid. Empty lines are skipped.
 */
final class RatingParser {

  private static final byte SKIPPED = 0;
  private static final byte CHECKED = 1;
  private static final byte MOVIE = 2;
  private static final byte RATING = 3;

  private static final byte[] PLAIN_COLUMNS = {CHECKED, MOVIE, RATING, CHECKED};

  /**
   * Ratings with more digits before the point are parsed by {@link RatingLine}: they may exceed the
   * limit.
   */
  private static final int PLAIN_RATING_DIGITS = 6;

  /** The factor for a fraction with this many digits; fractions have at most three. */
  private static final int[] THOUSANDTHS = {0, 100, 10, 1, 0, 0, 0, 0, 0};

  private final RatingFormat format;
  private byte delimiter;

  /** Whether the delimiter is one character; {@link RatingLine} parses lines with a longer one. */
  private boolean shortDelimiter;

  private String file = "";
  private RatingLine careful;

  /** The role of each field of a line. */
  private byte[] fields = {};

  /** Parses most lines if the columns are those of plain lines, otherwise null. */
  private @Nullable PlainLines plainLines;

  /** Whether a line may have additional fields. */
  private boolean more;

  RatingParser(RatingFormat format) {
    this.format = format;
    this.careful = new RatingLine(format, new RatingLayout.Columns(0, 0, -1, -1, 0));
  }

  /** Starts a file; the following blocks come from it. */
  void open(TextFile textFile) {
    RatingFormat layout = RatingLayout.in(format, textFile);
    RatingLayout.Columns columns = RatingLayout.columnsOf(layout, textFile);
    file = textFile.name();
    delimiter = (byte) layout.delimiter().charAt(0);
    shortDelimiter = layout.delimiter().length() == 1;
    careful = new RatingLine(layout, columns);
    more = columns.fields() == 0;
    fields = new byte[more ? columns.last() + 1 : columns.fields()];
    for (int checked : new int[] {columns.user(), columns.timestamp()}) {
      if (checked >= 0) {
        fields[checked] = CHECKED;
      }
    }
    fields[columns.movie()] = MOVIE;
    fields[columns.rating()] = RATING;
    plainLines = !more && Arrays.equals(fields, PLAIN_COLUMNS) ? new PlainLines(delimiter) : null;
  }

  /** Returns whether a column of the file is read. */
  boolean reads(int column) {
    return column < fields.length && fields[column] != SKIPPED;
  }

  /**
   * Parses ratings from {@code from}, the start of a line, until the block ends or {@code into} is
   * full. Returns where to continue.
   */
  int parse(TextBlock block, int from, RatingBatch into, Consumer<DeadLetter> badLines) {
    final byte[] bytes = block.bytes();
    final byte[] kinds = fields;
    final byte separator = delimiter;
    final int end = block.end();
    int i = from;
    while (!shortDelimiter && i < end && !into.isFull()) {
      int lineStart = i;
      while (bytes[i] != '\n') {
        i++;
      }
      careful(block, lineStart, i, into, badLines);
      i++;
    }
    while (i < end && !into.isFull()) {
      if (plainLines != null) {
        i = plainLines.read(bytes, i, end, into);
        if (i >= end || into.isFull()) {
          break;
        }
      }
      final int lineStart = i;
      long movie = 0;
      int rating = 0;
      int field = 0;
      boolean plain;
      while (true) {
        byte kind = kinds[field++];
        if (kind == SKIPPED) {
          plain = true;
          while (bytes[i] != separator && bytes[i] != '\n') {
            plain &= bytes[i] != '"';
            i++;
          }
        } else {
          long word = Digits.wordAt(bytes, i);
          int digits = Digits.count(word);
          plain = digits > 0;
          if (kind == RATING) {
            rating = (int) Digits.value(word, digits) * 1000;
            plain &= digits <= PLAIN_RATING_DIGITS;
            i += digits;
            if (bytes[i] == '.') {
              word = Digits.wordAt(bytes, i + 1);
              digits = Digits.count(word);
              plain &= digits <= 3;
              rating += (int) Digits.value(word, digits) * THOUSANDTHS[digits];
              i += 1 + digits;
            }
          } else {
            if (kind == MOVIE) {
              movie = Digits.value(word, digits);
              plain &= digits < Digits.WORD;
            }
            i += digits;
            if (digits == Digits.WORD) {
              // Timestamps have ten digits; RatingLine parses sixteen or more, and long movie ids.
              digits = Digits.count(Digits.wordAt(bytes, i));
              plain &= digits < Digits.WORD;
              i += digits;
            }
          }
        }
        if (!plain || bytes[i] != separator || field == kinds.length) {
          break;
        }
        i++;
      }
      if (more && plain && bytes[i] == separator) {
        while (bytes[i] != '\n') {
          plain &= bytes[i] != '"';
          i++;
        }
      }
      if (bytes[i] == '\r') {
        i++;
      }
      if (plain && field == kinds.length && bytes[i] == '\n') {
        into.add(movie, rating);
      } else {
        i = lineStart;
        while (bytes[i] != '\n') {
          i++;
        }
        careful(block, lineStart, i, into, badLines);
      }
      i++;
    }
    return i;
  }

  /** Parses one line, from {@code start} to its line end, with all checks. */
  private void careful(
      TextBlock block, int start, int lineEnd, RatingBatch into, Consumer<DeadLetter> badLines) {
    byte[] bytes = block.bytes();
    int end = lineEnd > start && bytes[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
    if (end == start) {
      return;
    }
    String fault = careful.read(bytes, start, end, more);
    if (fault == null) {
      into.add(careful.movie(), careful.rating());
    } else {
      String line = new String(bytes, start, end - start, UTF_8);
      badLines.accept(new DeadLetter(file, block.offsetOf(start), fault, line));
    }
  }
}
