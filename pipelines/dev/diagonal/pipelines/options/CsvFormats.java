package dev.diagonal.pipelines.options;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.rows.CsvFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates the format of CSV files from options and plans. */
public final class CsvFormats {

  private CsvFormats() {}

  /**
   * Returns the format.
   *
   * @throws IllegalArgumentException if a character is invalid, or two of them conflict
   */
  public static CsvFormat of(
      String delimiter,
      String quote,
      String escape,
      boolean quotedLineBreaks,
      boolean header,
      List<String> columns,
      String encoding,
      @Nullable String nullText,
      SkippedLines skipped) {
    return new CsvFormat(
        new CsvDialect(
            CsvInputOptions.delimiter(delimiter),
            CsvInputOptions.character("quote", quote),
            CsvInputOptions.character("escape", escape),
            quotedLineBreaks,
            false,
            skipped),
        header && columns.isEmpty(),
        columns,
        encoding,
        nullText);
  }

  /**
   * Returns the text format of PostgreSQL's COPY and MySQL's INTO OUTFILE.
   *
   * @param columns their names, or none for c1, c2, …
   */
  public static CsvFormat textDump(
      List<String> columns, String encoding, @Nullable String nullText, SkippedLines skipped) {
    CsvFormat dump = CsvFormat.TEXT_DUMP;
    return new CsvFormat(
        dump.dialect().withSkipped(skipped),
        false,
        columns,
        encoding,
        nullText == null ? dump.nullText() : nullText);
  }
}
