package dev.diagonal.internal.taxi;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the times of trips to microseconds since 1970, in New York's local time.
 *
 * <p>Accepts the format of the TLC and of other tools: {@code 2024-01-01 00:46:55}, with a {@code
 * T}, with a fraction of a second, and {@code 01/01/2024 12:46:55 AM} (month first), which New
 * York's open data portal exports. The files have no zone. Tools that need one append {@code Z},
 * {@code +00:00} or {@code UTC} to the same local time, so these are ignored. Any other offset is
 * refused.
 */
final class TripTime {

  private static final long SECOND = 1_000_000;

  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4})-(\\d\\d)-(\\d\\d)[ T](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6})0*)?"
              + "(?:Z|\\+00(?::?00)?| UTC)?");
  private static final Pattern PORTAL =
      Pattern.compile("(\\d\\d)/(\\d\\d)/(\\d{4}) (0[1-9]|1[0-2]):(\\d\\d):(\\d\\d) ([AP])M");

  private TripTime() {}

  /**
   * Parses a time.
   *
   * @throws DateTimeException if the text is not a time, or has more than six fraction digits
   */
  static long parse(String text) {
    Matcher iso = ISO.matcher(text);
    if (iso.matches()) {
      String fraction = iso.group(7) == null ? "" : iso.group(7);
      return micros(
              LocalDateTime.of(
                  number(iso, 1),
                  number(iso, 2),
                  number(iso, 3),
                  number(iso, 4),
                  number(iso, 5),
                  number(iso, 6)))
          + Integer.parseInt((fraction + "000000").substring(0, 6));
    }
    Matcher portal = PORTAL.matcher(text);
    if (portal.matches()) {
      int hour = number(portal, 4) % 12 + (portal.group(7).equals("P") ? 12 : 0);
      return micros(
          LocalDateTime.of(
              number(portal, 3),
              number(portal, 1),
              number(portal, 2),
              hour,
              number(portal, 5),
              number(portal, 6)));
    }
    throw new DateTimeException("not a time");
  }

  static long micros(LocalDateTime time) {
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), SECOND),
        time.get(ChronoField.MICRO_OF_SECOND));
  }

  static LocalDateTime of(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, SECOND), (int) Math.floorMod(micros, SECOND) * 1000, ZoneOffset.UTC);
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
