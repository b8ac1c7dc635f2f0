package dev.diagonal.internal.jdbc.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The only class that knows where a JDBC URL may contain secrets. {@link #shown} keeps only what is
 * known to be harmless; {@link #split} removes user and password from the URL formats that are
 * known to have them.
 */
public final class JdbcUrl {

  private static final String HIDDEN = "…";

  private static final String HOST =
      "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?:\\\\[A-Za-z0-9_$]+)?(?::\\d{1,5})?";
  private static final String NAME = "[A-Za-z0-9_.$-]+";

  /** The start of the parameters, whose values may be anything. */
  private static final String PARAMETERS = "(?:[?;]|[?;:]\\s*[A-Za-z][\\w.-]*=[^@]*)?";

  private static final List<Pattern> HARMLESS =
      List.of(
          pattern(
              "(?:[A-Za-z][A-Za-z0-9+.-]*:)+//" + HOST + "(?:," + HOST + ")*(?:/" + NAME + ")?/?"),
          pattern("jdbc:oracle:[a-z0-9]+:@(?://)?" + HOST + "(?:[:/]" + NAME + ")?"),
          pattern("jdbc:postgresql:[A-Za-z0-9_$-]+"),
          pattern("jdbc:(?:h2|hsqldb|derby|sqlite|duckdb):[A-Za-z0-9_./~:\\\\-]*"));

  private static final Pattern NOTHING_IN_IT =
      Pattern.compile("(?:jdbc:)?(?:[\\w+.-]+:)*…|(?:jdbc:(?:[\\w+.*-]+:?)?)?");
  private static final Pattern KIND =
      Pattern.compile("(?s)(jdbc:[A-Za-z][\\w+.-]*|[A-Za-z][\\w+.-]*(?=://)):.*");

  private static final Pattern IN_TEXT = Pattern.compile("jdbc:[^\\s'\"]*[^\\s'\":,.;)…]");
  private static final Pattern SECRET_VALUE =
      Pattern.compile("(?i)(?:pass|pwd|secret|token|key|credential)[\\w.-]*\\s*=\\s*([^&;,)\\s]+)");
  private static final Pattern BEFORE_AT = Pattern.compile("[:/]([^:/@]+)@");

  private static final Pattern ORACLE =
      Pattern.compile("(jdbc:oracle:[a-z0-9]+:)([^/@\"\\[]+)/([^@\"]+)(@[^@\"]*)");
  private static final Pattern USER_INFO =
      Pattern.compile(
          "(jdbc:[\\w+.:-]+//)([^/@?;,()\\[\\]:]+)(?::([^@?;,()\\[\\]]*))?@([\\w.:-]+(?:[/?;].*)?)");
  private static final Pattern TERADATA = Pattern.compile("(jdbc:teradata://[^/'@]+/)([^'@]+)()");
  private static final Pattern BY_AMPERSAND = Pattern.compile("([^?;]+\\?)([^{}]*)()");
  private static final Pattern BY_SEMICOLON =
      Pattern.compile("(jdbc:[^;?=]+(?:;|:(?=\\w+=)))([^{}?]*?)(;?)");

  private JdbcUrl() {}

  /**
   * A URL without its user and password.
   *
   * @param url the remaining URL, or the original one if it names neither in a known format
   */
  public record Parts(String url, @Nullable String user, @Nullable String password) {}

  private static Pattern pattern(String harmless) {
    return Pattern.compile("(?s)(" + harmless + ")" + PARAMETERS);
  }

  /**
   * Returns the sub-protocol, hosts, ports and database of a URL, or only its sub-protocol and
   * {@code …} if its format is unknown. Never returns a user, password or parameter.
   */
  public static String shown(String url) {
    if (NOTHING_IN_IT.matcher(url).matches()) {
      return url;
    }
    for (Pattern form : HARMLESS) {
      Matcher match = form.matcher(url);
      if (match.matches()) {
        return match.group(1);
      }
    }
    Matcher kind = KIND.matcher(url);
    return kind.matches() ? kind.group(1) + ":" + HIDDEN : HIDDEN;
  }

  /**
   * Returns a URL without secrets, such as its parameters, if {@link #shown} does not show all of
   * it; otherwise nothing. To be hashed, not shown.
   */
  public static String hiddenPart(String url) {
    return url.equals(shown(url)) ? "" : SECRET_VALUE.matcher(url).replaceAll("");
  }

  /** Returns a text in which every JDBC URL is replaced by the result of {@link #shown}. */
  public static String shownIn(String text) {
    return IN_TEXT.matcher(text).replaceAll(url -> Matcher.quoteReplacement(shown(url.group())));
  }

  /** Returns the message of a driver without the hidden parts of the URL. */
  public static String shownIn(String text, String url) {
    String clean = shownIn(url.isEmpty() ? text : text.replace(url, shown(url)));
    List<String> secrets = new ArrayList<>();
    for (Pattern pattern : List.of(SECRET_VALUE, BEFORE_AT)) {
      Matcher found = pattern.matcher(url);
      while (found.find()) {
        secrets.add(found.group(1));
      }
    }
    for (String secret : secrets) {
      clean =
          Pattern.compile("(?<!\\w)" + Pattern.quote(secret) + "(?!\\w)")
              .matcher(clean)
              .replaceAll(HIDDEN);
    }
    return clean;
  }

  /**
   * Removes user and password from a URL, so that they can be passed separately and no driver can
   * print them. Leaves a URL unchanged if its format is unknown, if it names one of them twice, or
   * if only its driver can decode them.
   */
  public static Parts split(String url) {
    Parts whole = new Parts(url, null, null);
    Matcher oracle = ORACLE.matcher(url);
    if (oracle.matches()) {
      return new Parts(oracle.group(1) + oracle.group(4), oracle.group(2), oracle.group(3));
    }
    Parts info = whole;
    Matcher userInfo = USER_INFO.matcher(url);
    if (userInfo.matches()) {
      String user = decoded(userInfo.group(2).replace("+", "%2B"));
      String password = userInfo.group(3);
      String plain = password == null ? null : decoded(password.replace("+", "%2B"));
      if (user == null || (password != null && plain == null)) {
        return whole;
      }
      info = new Parts(userInfo.group(1) + userInfo.group(4), user, plain);
    }
    Parts found = withoutParameters(info.url);
    if (found == null || (info.user != null && (found.user != null || found.password != null))) {
      return whole;
    }
    return info.user == null ? found : info;
  }

  /** Returns null if the parameters cannot be parsed. */
  private static @Nullable Parts withoutParameters(String url) {
    for (Pattern form : List.of(TERADATA, BY_AMPERSAND, BY_SEMICOLON)) {
      Matcher match = form.matcher(url);
      if (match.matches()) {
        String separator = form == TERADATA ? "," : form == BY_AMPERSAND ? "&" : ";";
        return without(match, separator, url);
      }
    }
    return new Parts(url, null, null);
  }

  private static @Nullable Parts without(Matcher match, String separator, String url) {
    String user = null;
    String password = null;
    List<String> others = new ArrayList<>();
    for (String each : match.group(2).split(separator, -1)) {
      int equals = each.indexOf('=');
      String key = equals < 0 ? "" : each.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      if (!key.equals("user") && !key.equals("password")) {
        others.add(each);
        continue;
      }
      String value = value(each.substring(equals + 1), url);
      if (value == null || (key.equals("user") ? user : password) != null) {
        return null;
      }
      if (key.equals("user")) {
        user = value;
      } else {
        password = value;
      }
    }
    if (user == null && password == null) {
      return new Parts(url, null, null);
    }
    String before = match.group(1);
    String left =
        others.isEmpty()
            ? before.substring(0, before.length() - 1)
            : before + String.join(separator, others) + match.group(3);
    return new Parts(left, user, password);
  }

  /**
   * Decodes a value as PostgreSQL's driver does, like a form; how other drivers decode is unknown.
   */
  private static @Nullable String value(String text, String url) {
    if (DatabaseKind.of(url) == DatabaseKind.POSTGRES) {
      return decoded(text);
    }
    return text.contains("%") || text.contains("+") ? null : text;
  }

  private static @Nullable String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Returns the fault, or a copy if its message contains hidden parts of the URL. The copy has no
   * cause, since that would contain them too.
   */
  public static SQLException withoutSecrets(SQLException fault, String url) {
    for (Throwable each = fault; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      if (!shownIn(message, url).equals(message)) {
        SQLException copy =
            new SQLException(
                shownIn(String.valueOf(fault.getMessage()), url),
                fault.getSQLState(),
                fault.getErrorCode());
        copy.setStackTrace(fault.getStackTrace());
        return copy;
      }
    }
    return fault;
  }
}
