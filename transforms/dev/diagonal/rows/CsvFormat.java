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
 * How CSV files are spelt.
 *
 * @param dialect the characters, and whether quotes may hold line breaks: then a file has one
 *     reader, as nobody can tell from its middle what is in quotes
 * @param header whether the first record of every file names the columns
 * @param columns the names of the columns if there is no header; none for c1, c2, …
 * @param encoding the character set; all but UTF-8 have one reader a file, and what cannot be
 *     decoded becomes U+FFFD
 * @param nullText what stands for null when it is not in quotes, beside nothing at all; or null
 */
public record CsvFormat(
    CsvDialect dialect,
    boolean header,
    List<String> columns,
    String encoding,
    @Nullable String nullText)
    implements Serializable {

  /** How long a record may be. */
  public static final int MAX_RECORD_BYTES = CsvReader.MOST_RECORD_BYTES;

  /** RFC 4180 with a header, in UTF-8. */
  public static final CsvFormat DEFAULT =
      new CsvFormat(CsvDialect.RFC_4180, true, List.of(), "UTF-8", null);

  /**
   * @throws IllegalArgumentException if the encoding is not known, or columns are named twice over
   */
  public CsvFormat {
    columns = List.copyOf(columns);
    checkArgument(
        columns.isEmpty() || !header,
        "a header names the columns; give columns or header, not both");
    try {
      checkArgument(Charset.isSupported(encoding), "encoding '%s' is not known", encoding);
    } catch (java.nio.charset.IllegalCharsetNameException e) {
      throw new IllegalArgumentException("encoding '" + encoding + "' is not known", e);
    }
  }

  /** What PostgreSQL and MySQL write as text, in UTF-8 and without a header. */
  public static final CsvFormat TEXT_DUMP =
      new CsvFormat(CsvDialect.TEXT_DUMP, false, List.of(), "UTF-8", "\\N");

  /** Returns this with other characters. */
  public CsvFormat withDialect(CsvDialect other) {
    return new CsvFormat(other, header, columns, encoding, nullText);
  }

  public boolean isUtf8() {
    return Charset.forName(encoding).equals(UTF_8);
  }

  /** Returns what stands for null, as it is written, or null. */
  public byte @Nullable [] nullBytes() {
    return nullText == null ? null : nullText.getBytes(UTF_8);
  }

  /** Whether a reader may start in the middle of a file: no line break is part of a field. */
  public boolean isSplittable() {
    return !dialect.lineBreaksInQuotes()
        && dialect.escape() == CsvDialect.NONE
        && dialect.skipped().first() == 0
        && isUtf8();
  }
}
