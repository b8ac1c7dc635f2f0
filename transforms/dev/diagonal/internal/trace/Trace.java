package dev.diagonal.internal.trace;

import java.time.Duration;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Logs what is sent to servers, at level FINE, to the loggers {@code dev.diagonal.sql}, {@code
 * dev.diagonal.requests} and {@code dev.diagonal.retries}. It costs nothing while they are off.
 * Thread-safe.
 */
public final class Trace {

  private static final Logger SQL = Logger.getLogger("dev.diagonal.sql");
  private static final Logger REQUESTS = Logger.getLogger("dev.diagonal.requests");
  private static final Logger RETRIES = Logger.getLogger("dev.diagonal.retries");

  /** Texts within a statement, which may be values or secrets. */
  private static final Pattern TEXTS =
      Pattern.compile("'(?:[^']|'')*+'|\\$(\\w*)\\$.*?\\$\\1\\$", Pattern.DOTALL);

  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final int MOST_CHARACTERS = 2_000;

  private Trace() {}

  /** Returns whether statements are logged. */
  public static boolean logsSql() {
    return SQL.isLoggable(Level.FINE);
  }

  /** Logs a statement without its values. */
  public static void sql(String database, String sql) {
    if (logsSql()) {
      SQL.fine(database + ": " + withoutTexts(sql));
    }
  }

  /** Logs a request and the status of its response. */
  public static void request(String method, String path, int status, Duration took) {
    if (REQUESTS.isLoggable(Level.FINE)) {
      REQUESTS.fine(
          String.format(Locale.ROOT, "%s %s: %d in %,d ms", method, path, status, took.toMillis()));
    }
  }

  /** Logs that a failed attempt is repeated. */
  public static void retry(int failed, int most, Duration wait, Exception reason) {
    if (RETRIES.isLoggable(Level.FINE)) {
      RETRIES.fine(
          String.format(
              Locale.ROOT,
              "attempt %d of at most %d failed, the next one starts in %,d ms: %s",
              failed,
              most,
              wait.toMillis(),
              String.valueOf(reason.getMessage()).lines().findFirst().orElse("")));
    }
  }

  static String withoutTexts(String sql) {
    String line = BLANKS.matcher(TEXTS.matcher(sql).replaceAll("'…'")).replaceAll(" ").strip();
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "…";
  }
}
