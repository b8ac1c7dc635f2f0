package dev.diagonal.internal.jdbc.snapshot;

import java.io.Serializable;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far below a high-water mark rows are read again, since transactions may commit rows with
 * lower values later.
 *
 * @param time for columns of dates and times, or null if it is a number
 * @param number for columns of whole numbers, or null if it is a time
 */
public record ColumnOverlap(@Nullable Duration time, @Nullable Long number)
    implements Serializable {

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,15})([smhd]?)");

  private static final Duration USUAL_TIME = Duration.ofMinutes(10);
  private static final long USUAL_NUMBER = 10_000;

  /** When summer time ends, an hour of local time comes twice. */
  private static final Duration USUAL_LOCAL_TIME = USUAL_TIME.plusHours(1);

  /** The default: ten minutes, an hour more for times without a zone, or 10,000. */
  public static final ColumnOverlap USUAL = new ColumnOverlap(USUAL_TIME, USUAL_NUMBER);

  /** Returns the time for a column of a type, or null if it is a number. */
  @Nullable Duration timeFor(String type) {
    return equals(USUAL) && type.equals("timestamp") ? USUAL_LOCAL_TIME : time;
  }

  /**
   * Parses {@code 90s}, {@code 10m}, {@code 2h}, {@code 1d} or a number.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static ColumnOverlap of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "an overlap is a time such as 90s, 10m, 2h or 1d, or a number for a column of whole numbers, got '%s'"
              .formatted(text));
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> new ColumnOverlap(Duration.ofSeconds(count), null);
      case "m" -> new ColumnOverlap(Duration.ofMinutes(count), null);
      case "h" -> new ColumnOverlap(Duration.ofHours(count), null);
      case "d" -> new ColumnOverlap(Duration.ofDays(count), null);
      default -> new ColumnOverlap(null, count);
    };
  }
}
