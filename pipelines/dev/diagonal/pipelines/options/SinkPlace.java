package dev.diagonal.pipelines.options;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a sink is: nowhere, embedded, or at a URL.
 *
 * @param kind which of the three
 * @param url the URL, if it is one
 */
public record SinkPlace(Kind kind, @Nullable String url) {

  /** The kind of place. */
  public enum Kind {
    NONE,
    EMBEDDED,
    URL
  }

  private static final SinkPlace NONE = new SinkPlace(Kind.NONE, null);
  private static final SinkPlace EMBEDDED = new SinkPlace(Kind.EMBEDDED, null);

  /**
   * Reads the option of a sink. If it is not set, the sink is embedded, or none if another sink of
   * the command is set.
   *
   * @param option the option's value
   * @param all the values of all sink options of the command
   */
  public static SinkPlace of(@Nullable String option, @Nullable String... all) {
    if (option == null) {
      return Arrays.stream(all).allMatch(Objects::isNull) ? EMBEDDED : NONE;
    }
    return switch (option) {
      case "none" -> NONE;
      case "embedded" -> EMBEDDED;
      default -> new SinkPlace(Kind.URL, option);
    };
  }

  /** Shows no secret of the URL. */
  @Override
  public String toString() {
    return toOption();
  }

  /** Returns the value for an option that others can see, without secrets. */
  public String toOption() {
    return url == null ? kind.name().toLowerCase(Locale.ROOT) : JdbcUrl.shown(url);
  }

  public boolean isUrl() {
    return kind == Kind.URL;
  }

  public boolean isEmbedded() {
    return kind == Kind.EMBEDDED;
  }

  public boolean isNone() {
    return kind == Kind.NONE;
  }
}
