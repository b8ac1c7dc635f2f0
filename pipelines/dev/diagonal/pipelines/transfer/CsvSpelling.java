package dev.diagonal.pipelines.transfer;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.rows.CsvFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the format of CSV files of what users write. */
final class CsvSpelling {

  private CsvSpelling() {}

  /**
   * Returns the format.
   *
   * @throws IllegalArgumentException if a character is none, or they do not go together
   */
  static CsvFormat of(
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
            character("quote", quote),
            character("escape", escape),
            quotedLineBreaks,
            false,
            skipped),
        header && columns.isEmpty(),
        columns,
        encoding,
        nullText);
  }

  /**
   * Returns the format of what PostgreSQL's COPY and MySQL's INTO OUTFILE write as text.
   *
   * @param columns their names, or none for c1, c2, …
   */
  static CsvFormat textDump(
      List<String> columns, String encoding, @Nullable String nullText, SkippedLines skipped) {
    CsvFormat dump = CsvFormat.TEXT_DUMP;
    return new CsvFormat(
        dump.dialect().withSkipped(skipped),
        false,
        columns,
        encoding,
        nullText == null ? dump.nullText() : nullText);
  }

  private static char character(String option, String text) {
    if (text.equals("tab")) {
      return '\t';
    } else if (text.equals("none")) {
      return CsvDialect.NONE;
    } else if (text.length() == 1) {
      return text.charAt(0);
    }
    throw new IllegalArgumentException(
        option + " must be one character, 'tab' or 'none', got '" + text + "'");
  }
}
