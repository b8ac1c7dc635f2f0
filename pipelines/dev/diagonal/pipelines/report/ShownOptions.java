package dev.diagonal.pipelines.report;

import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import java.util.List;
import java.util.regex.Pattern;

/** Shows the options of a run without the secrets that they hold. */
public final class ShownOptions {

  private static final Pattern SECRET =
      Pattern.compile("(?is)(--[^=]*(?:pass|pwd|secret|token|credential)[^=]*(?<!File)=).+");

  /** The name and the password in a URL. */
  private static final Pattern USER_INFO = Pattern.compile("://[^/@\\s]*@");

  private ShownOptions() {}

  public static List<String> of(List<String> args) {
    return args.stream().map(ShownOptions::shown).toList();
  }

  static String shown(String arg) {
    return USER_INFO
        .matcher(JdbcUrl.shownIn(SECRET.matcher(arg).replaceFirst("$1…")))
        .replaceAll("://…@");
  }
}
