package dev.diagonal.csv;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * How a file spells its records. All three characters are ASCII. A line ends with LF, CR or CRLF.
 *
 * @param delimiter what stands between two fields
 * @param quote what stands around a field that may hold anything, and twice for itself in there; or
 *     {@link #NONE}
 * @param escape what makes the character behind it a plain one, in quotes and outside; or {@link
 *     #NONE}
 * @param lineBreaksInQuotes whether a field in quotes may go on in the next line; if not, a quote
 *     that is not closed spoils its own line only
 * @param escapedLetters whether some letters after the escape character stand for control
 *     characters, such as {@code \\n} and {@code \\t}
 */
public record CsvDialect(
    char delimiter, char quote, char escape, boolean lineBreaksInQuotes, boolean escapedLetters)
    implements Serializable {

  /** Stands for a quote or an escape character that there is not. */
  public static final char NONE = '\0';

  /** Commas, double quotes, line breaks inside quotes and no escape character: RFC 4180. */
  public static final CsvDialect RFC_4180 = new CsvDialect(',', '"', NONE, true);

  /**
   * What PostgreSQL's {@code COPY} and MySQL's {@code SELECT … INTO OUTFILE} write: tabs, no
   * quotes, and a backslash before control characters or the letters for them.
   */
  public static final CsvDialect TEXT_DUMP = new CsvDialect('\t', NONE, '\\', true, true);

  /** Returns a dialect in which a character after the escape character stands for itself. */
  public CsvDialect(char delimiter, char quote, char escape, boolean lineBreaksInQuotes) {
    this(delimiter, quote, escape, lineBreaksInQuotes, false);
  }

  /**
   * @throws IllegalArgumentException if a character is a line break or not ASCII, two of them are
   *     the same, or {@code delimiter} is {@link #NONE}
   */
  public CsvDialect {
    checkArgument(delimiter != NONE, "delimiter must be a character, got none");
    for (char each : new char[] {delimiter, quote, escape}) {
      checkArgument(
          each < 128 && each != '\n' && each != '\r',
          "delimiter, quote and escape must be ASCII and no line breaks, got character %s",
          (int) each);
    }
    checkArgument(
        delimiter != quote && delimiter != escape && (quote != escape || quote == NONE),
        "delimiter, quote and escape must differ, got %s, %s and %s",
        delimiter,
        quote,
        escape);
  }

  /** Sets what stands between two fields. */
  public CsvDialect withDelimiter(char delimiter) {
    return new CsvDialect(delimiter, quote, escape, lineBreaksInQuotes, escapedLetters);
  }

  /** Sets what stands around fields, or {@link #NONE}. */
  public CsvDialect withQuote(char quote) {
    return new CsvDialect(delimiter, quote, escape, lineBreaksInQuotes, escapedLetters);
  }

  /** Sets what makes the character behind it a plain one, or {@link #NONE}. */
  public CsvDialect withEscape(char escape) {
    return new CsvDialect(delimiter, quote, escape, lineBreaksInQuotes, escapedLetters);
  }

  /** Sets whether a field in quotes may go on in the next line. */
  public CsvDialect withLineBreaksInQuotes(boolean allowed) {
    return new CsvDialect(delimiter, quote, escape, allowed, escapedLetters);
  }
}
