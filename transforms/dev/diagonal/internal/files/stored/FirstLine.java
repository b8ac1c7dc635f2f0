package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes first lines that are neither a header nor a record: the {@code sep=;} with which Excel
 * names the delimiter, JSON and binary data in place of a header.
 */
public final class FirstLine {

  private static final Pattern SEPARATOR =
      Pattern.compile("(\"?)sep=([^\\p{Alnum}\"])\\1", Pattern.CASE_INSENSITIVE);

  private static final Pattern JSON =
      Pattern.compile("\\s*(\\{\\s*\"|\\[\\s*\\{|[\\[{]\\s*$).*", Pattern.DOTALL);

  private FirstLine() {}

  /**
   * Refuses a file whose first line names the delimiter.
   *
   * @param line its first line that is neither empty nor skipped
   * @throws BadInputException if the line does
   */
  public static void refuseRecord(String file, String line) {
    throwIfAny(separatorFault(file, line));
  }

  /**
   * Refuses a file whose first line should be a header and cannot be.
   *
   * @param line its first line that is neither empty nor skipped
   * @throws BadInputException if the line names the delimiter, is JSON, or has a zero byte
   */
  public static void refuseHeader(String file, String line) {
    throwIfAny(headerFault(file, line));
  }

  /** Returns why a file is refused and what to do, or null if this line may be its header. */
  public static @Nullable String headerFault(String file, String line) {
    if (JSON.matcher(line).matches()) {
      return "the first line of %s is JSON and not a header: transfer reads JSON lines with --from=jsonl:FILE"
          .formatted(file);
    }
    return line.indexOf('\0') < 0
        ? separatorFault(file, line)
        : "the first line of %s has a zero byte, so it is not the header of a text".formatted(file);
  }

  /** Returns why a file is refused and what to do, or null if this line may be its record. */
  public static @Nullable String separatorFault(String file, String line) {
    Matcher separator = SEPARATOR.matcher(line);
    if (!separator.matches()) {
      return null;
    }
    String delimiter = separator.group(2).equals("\t") ? "tab" : "'" + separator.group(2) + "'";
    return "the first line of %s is '%s', with which Excel names the delimiter: use --skipLines=1 --delimiter=%s"
        .formatted(file, line, delimiter);
  }

  private static void throwIfAny(@Nullable String fault) {
    if (fault != null) {
      throw new BadInputException(fault);
    }
  }
}
