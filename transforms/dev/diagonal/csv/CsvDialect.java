package dev.diagonal.csv;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.SkippedLines;
import java.io.Serializable;

/**
 * The syntax of a CSV file. Delimiter, quote and escape are ASCII. A line ends with LF, CR or CRLF.
 *
 * @param delimiter the text between two fields: one character, or several such as {@code ::}
 * @param quote the character around a field with any content, doubled for itself inside; or {@link
 *     #NONE}
 * @param escape the character that removes the special meaning of the next one, inside and outside
 *     of quotes; or {@link #NONE}
 * @param lineBreaksInQuotes whether a quoted field may contain line breaks; if not, an unclosed
 *     quote makes only its own line bad
 * @param escapedLetters whether some letters after the escape character are control characters,
 *     such as {@code \\n} and {@code \\t}
 * @param skipped the lines that are not records
 */
public record CsvDialect(
    String delimiter,
    char quote,
    char escape,
    boolean lineBreaksInQuotes,
    boolean escapedLetters,
    SkippedLines skipped)
    implements Serializable {

  /** No quote or no escape character. */
  public static final char NONE = '\0';

  /** Commas, double quotes, line breaks inside quotes and no escape character: RFC 4180. */
  public static final CsvDialect RFC_4180 = new CsvDialect(',', '"', NONE, true);

  /**
   * The text format of PostgreSQL's {@code COPY} and MySQL's {@code SELECT … INTO OUTFILE}: tabs,
   * no quotes, and a backslash before control characters or their letters.
   */
  public static final CsvDialect TEXT_DUMP =
      new CsvDialect("\t", NONE, '\\', true, true, SkippedLines.NONE);

  private static final int MOST_CHARACTERS = 16;

  /** Returns a dialect in which the escape character makes the next character literal. */
  public CsvDialect(char delimiter, char quote, char escape, boolean lineBreaksInQuotes) {
    this(String.valueOf(delimiter), quote, escape, lineBreaksInQuotes, false, SkippedLines.NONE);
  }

  /**
   * @throws IllegalArgumentException if a character is a line break or not ASCII, two of them are
   *     the same, or {@code delimiter} is empty, too long or contains {@link #NONE}
   */
  public CsvDialect {
    checkArgument(
        !delimiter.isEmpty() && delimiter.length() <= MOST_CHARACTERS,
        "delimiter must have 1 to %s characters, got '%s'",
        MOST_CHARACTERS,
        delimiter);
    checkArgument(delimiter.indexOf(NONE) < 0, "delimiter must be a character, got none");
    for (char each : (delimiter + quote + escape).toCharArray()) {
      checkArgument(
          each < 128 && each != '\n' && each != '\r',
          "delimiter, quote and escape must be ASCII and not line breaks, got character %s",
          (int) each);
    }
    checkArgument(
        delimiter.indexOf(quote) < 0
            && delimiter.indexOf(escape) < 0
            && (quote != escape || quote == NONE),
        "delimiter, quote and escape must differ, got %s, %s and %s",
        delimiter,
        quote,
        escape);
  }

  /** Sets the text between two fields. */
  public CsvDialect withDelimiter(String text) {
    return new CsvDialect(text, quote, escape, lineBreaksInQuotes, escapedLetters, skipped);
  }

  /** Sets the character around fields, or {@link #NONE}. */
  public CsvDialect withQuote(char character) {
    return new CsvDialect(
        delimiter, character, escape, lineBreaksInQuotes, escapedLetters, skipped);
  }

  /** Sets the character that removes the special meaning of the next one, or {@link #NONE}. */
  public CsvDialect withEscape(char character) {
    return new CsvDialect(delimiter, quote, character, lineBreaksInQuotes, escapedLetters, skipped);
  }

  /** Sets whether a quoted field may contain line breaks. */
  public CsvDialect withLineBreaksInQuotes(boolean allowed) {
    return new CsvDialect(delimiter, quote, escape, allowed, escapedLetters, skipped);
  }

  /** Sets which lines are not records. */
  public CsvDialect withSkipped(SkippedLines lines) {
    return new CsvDialect(delimiter, quote, escape, lineBreaksInQuotes, escapedLetters, lines);
  }
}
