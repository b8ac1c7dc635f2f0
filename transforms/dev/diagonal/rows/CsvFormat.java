package dev.diagonal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.internal.csv.CsvReader;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The format of CSV files.
 *
 * @param dialect the syntax; if quotes may contain line breaks, a file has one reader, because its
 *     quotes cannot be matched from the middle
 * @param header whether the first record of every file names the columns
 * @param columns the names of the columns if there is no header; none for c1, c2, …
 * @param encoding the character set; files in encodings other than UTF-8 have one reader, and
 *     invalid bytes become U+FFFD
 * @param nullText the unquoted text for null, in addition to an empty field; or null
 */
public record CsvFormat(
    CsvDialect dialect,
    boolean header,
    List<String> columns,
    String encoding,
    @Nullable String nullText)
    implements Serializable {

  /** The maximum length of a record. */
  public static final int MAX_RECORD_BYTES = CsvReader.MOST_RECORD_BYTES;

  /** RFC 4180 with a header, in UTF-8. */
  public static final CsvFormat DEFAULT =
      new CsvFormat(CsvDialect.RFC_4180, true, List.of(), "UTF-8", null);

  /**
   * @throws IllegalArgumentException if the encoding is unknown, or both a header and columns are
   *     set
   */
  public CsvFormat {
    columns = List.copyOf(columns);
    checkArgument(
        columns.isEmpty() || !header, "a header names the columns; set either columns or header");
    try {
      checkArgument(Charset.isSupported(encoding), "encoding '%s' is unknown", encoding);
    } catch (java.nio.charset.IllegalCharsetNameException e) {
      throw new IllegalArgumentException("encoding '" + encoding + "' is unknown", e);
    }
  }

  /** The text format of PostgreSQL and MySQL, in UTF-8 and without a header. */
  public static final CsvFormat TEXT_DUMP =
      new CsvFormat(CsvDialect.TEXT_DUMP, false, List.of(), "UTF-8", "\\N");

  /** Returns this format with another dialect. */
  public CsvFormat withDialect(CsvDialect other) {
    return new CsvFormat(other, header, columns, encoding, nullText);
  }

  public boolean isUtf8() {
    return Charset.forName(encoding).equals(UTF_8);
  }

  /** Returns the text for null as bytes, or null. */
  public byte @Nullable [] nullBytes() {
    return nullText == null ? null : nullText.getBytes(UTF_8);
  }

  /**
   * Returns whether a reader may start in the middle of a file, because fields contain no line
   * breaks.
   */
  public boolean isSplittable() {
    return !dialect.lineBreaksInQuotes()
        && dialect.escape() == CsvDialect.NONE
        && dialect.skipped().first() == 0
        && isUtf8();
  }
}
