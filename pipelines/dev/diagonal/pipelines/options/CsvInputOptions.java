package dev.diagonal.pipelines.options;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.FirstRecords;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.OptionGroup;
import dev.diagonal.pipelines.usage.UsageException;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The options of all commands that read CSV. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface CsvInputOptions extends PipelineOptions {

  @Description("CSV: skip lines that start with this text, such as #, before and after the header")
  @Nullable String getComment();

  void setComment(@Nullable String comment);

  @Description("CSV: skip this many lines at the start of every file")
  @Default.Integer(0)
  int getSkipLines();

  void setSkipLines(int skipLines);

  /**
   * Returns the lines that are not records.
   *
   * @throws UsageException if an option is invalid
   */
  static SkippedLines skipped(CsvInputOptions options) {
    return skipped(options.getSkipLines(), options.getComment());
  }

  /**
   * Returns the lines that are not records.
   *
   * @throws UsageException if a value is invalid
   */
  static SkippedLines skipped(int skipLines, @Nullable String comment) {
    if (skipLines < 0) {
      throw new UsageException("--skipLines must be 0 or more, got " + skipLines);
    }
    if (comment != null && comment.isEmpty()) {
      throw new UsageException("--comment must be the text that comments start with, got ''");
    }
    return new SkippedLines(skipLines, comment);
  }

  /**
   * Returns what reads the first records of files, before anything is created.
   *
   * @param header whether the first line of a file of text is a header
   */
  static <O extends RunOptions & CsvInputOptions> FirstRecords firstRecords(
      O options, boolean header) {
    return new FirstRecords(header, skipped(options), ParquetInput.FORMAT)
        .withLimit(RunOptions.limitOf(options));
  }

  /**
   * Returns the delimiter: {@code tab}, or the given text.
   *
   * @throws UsageException if the text looks like another name of a character
   */
  static String delimiter(String given) {
    return delimiter("delimiter", given);
  }

  /** As {@link #delimiter(String)}, for an option of another name. */
  static String delimiter(String option, String given) {
    if (given.isEmpty()
        || (given.length() > 1
            && !given.equals("tab")
            && given.chars().anyMatch(Character::isLetterOrDigit))) {
      throw new UsageException(
          "--%s takes 'tab', one character, or several that are not letters or digits, such as ::, got '%s'"
              .formatted(option, given));
    }
    return given.equals("tab") ? "\t" : given;
  }

  /**
   * Returns the character: {@code tab}, {@code none}, or the given character.
   *
   * @throws IllegalArgumentException if it is not one character
   */
  static char character(String option, String text) {
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
