package dev.diagonal.testing;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The standard error of a command. A job that takes longer than ten seconds writes its progress
 * there too, so on a busy machine any command may: these lines are left out.
 */
public final class ErrorLines {

  private static final Pattern PROGRESS =
      Pattern.compile(
          "( *[0-9]+ %, [0-9.,]+ of )?[0-9.,]+ MB read(, [0-9]+ (s|min) left|, now (grouping|writing))?, [0-9,]+ rows, [0-9,]+ rows/s,"
              + " [0-9,]+ batches written, [0-9,]+ bad records"
              + "|(finishing|verifying|publishing the (totals|tables( \\(.*\\))?)|making the primary keys \\(.*\\)|adding up the counts), [0-9]+ s");

  private ErrorLines() {}

  /** Returns the lines that do not report progress, in their order. */
  public static List<String> of(List<String> lines) {
    return lines.stream().filter(line -> !isProgress(line)).toList();
  }

  /** Returns the lines that report progress, in their order. */
  public static List<String> progressOf(List<String> lines) {
    return lines.stream().filter(ErrorLines::isProgress).toList();
  }

  private static boolean isProgress(String line) {
    return PROGRESS.matcher(line).matches();
  }
}
