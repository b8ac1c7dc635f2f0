package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.files.SkippedLines;
import dev.diagonal.pipelines.options.CsvFormats;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import java.util.List;

/** Reads the formats of CSV files from the options of a transfer. */
final class OptionsFormats {

  private OptionsFormats() {}

  /** Returns the format of the files that are read. */
  static CsvFormat input(TransferOptions options) {
    List<String> columns = options.getColumns() == null ? List.of() : options.getColumns();
    if (options.getCsvStyle() == TransferOptions.CsvStyle.dump) {
      if (!List.of(options.getDelimiter(), options.getQuote(), options.getEscape())
          .equals(List.of(",", "\"", "none"))) {
        throw new UsageException(
            "--csvStyle=dump sets --delimiter, --quote and --escape: remove those options");
      }
      return CsvFormats.textDump(
          columns, options.getEncoding(), options.getNullText(), CsvInputOptions.skipped(options));
    }
    return CsvFormats.of(
        options.getDelimiter(),
        options.getQuote(),
        options.getEscape(),
        options.getQuotedLineBreaks(),
        options.getHeader(),
        columns,
        options.getEncoding(),
        options.getNullText(),
        CsvInputOptions.skipped(options));
  }

  /** Returns the output format: that of the input, except for what output options set. */
  static CsvFormat output(TransferOptions options) {
    String delimiter = options.getOutputDelimiter();
    String quote = options.getOutputQuote();
    Boolean header = options.getOutputHeader();
    if (delimiter != null) {
      String unused = CsvInputOptions.delimiter("outputDelimiter", delimiter);
    }
    return CsvFormats.of(
        delimiter == null ? options.getDelimiter() : delimiter,
        quote == null ? options.getQuote() : quote,
        "none",
        true,
        header == null ? options.getHeader() : header,
        List.of(),
        "UTF-8",
        null,
        SkippedLines.NONE);
  }
}
