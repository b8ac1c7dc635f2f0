package dev.diagonal.internal.jdbc.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a user's SQL into statements: at semicolons outside of literals, quoted names and
 * comments, as PostgreSQL parses them.
 */
public final class SqlScript {

  private static final Pattern DOLLAR = Pattern.compile("\\$(?:[\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

  private final String sql;
  private final List<String> statements = new ArrayList<>();
  private int start;
  private boolean hasText;

  private SqlScript(String sql) {
    this.sql = sql;
  }

  /**
   * Returns the statements without their semicolons; leaves out those that contain only comments.
   */
  public static List<String> statements(String sql) {
    return new SqlScript(sql).cut();
  }

  /**
   * Returns a query without the semicolon and comments after it. Several statements are unchanged,
   * so that the database refuses them.
   */
  public static String query(String sql) {
    List<String> statements = statements(sql);
    return statements.size() == 1 ? statements.get(0) : sql;
  }

  /**
   * Returns SQL for a plain statement of PostgreSQL's driver. The driver makes one question mark of
   * two, as it does in a prepared statement, so that each must be doubled.
   */
  public static String forDriver(String sql) {
    String code = code(sql);
    StringBuilder doubled = new StringBuilder();
    for (int i = 0; i < sql.length(); i++) {
      doubled.append(code.charAt(i) == '?' ? "??" : sql.substring(i, i + 1));
    }
    return doubled.toString();
  }

  /** Returns a query in parentheses; the line break ends a comment at its end. */
  public static String bracketed(String query) {
    return "(" + query(query) + "\n)";
  }

  /**
   * Returns SQL with comments and quoted parts replaced by blanks, so that all other positions are
   * unchanged.
   */
  public static String code(String sql) {
    SqlScript script = new SqlScript(sql);
    StringBuilder code = new StringBuilder(sql);
    int at = 0;
    while (at < sql.length()) {
      int end =
          sql.startsWith("--", at)
              ? script.endOfLine(at)
              : sql.startsWith("/*", at)
                  ? script.endOfComment(at)
                  : script.endOfToken(at, sql.charAt(at));
      if (end - at > 1) {
        code.replace(at, end, " ".repeat(end - at));
      }
      at = end;
    }
    return code.toString();
  }

  private List<String> cut() {
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (sql.startsWith("--", at)) {
        at = endOfLine(at);
      } else if (sql.startsWith("/*", at)) {
        at = endOfComment(at);
      } else if (c == ';') {
        end(at);
        start = ++at;
      } else {
        hasText |= !Character.isWhitespace(c);
        at = endOfToken(at, c);
      }
    }
    end(sql.length());
    return statements;
  }

  private void end(int at) {
    if (hasText) {
      statements.add(sql.substring(start, at).strip());
    }
    hasText = false;
  }

  private int endOfToken(int at, char c) {
    if (c == '\'' || c == '"') {
      return endOfQuotes(at, c);
    }
    if (c == '$' && (at == 0 || !Character.isJavaIdentifierPart(sql.charAt(at - 1)))) {
      Matcher tag = DOLLAR.matcher(sql).region(at, sql.length());
      if (tag.lookingAt()) {
        int end = sql.indexOf(tag.group(), tag.end());
        return end < 0 ? sql.length() : end + tag.group().length();
      }
    }
    return at + 1;
  }

  /**
   * Returns the end of a literal. A doubled quote ends one literal and begins the next; a backslash
   * escapes only after an E prefix.
   */
  private int endOfQuotes(int open, char quote) {
    boolean escapes =
        quote == '\''
            && open > 0
            && Character.toUpperCase(sql.charAt(open - 1)) == 'E'
            && (open == 1 || !Character.isJavaIdentifierPart(sql.charAt(open - 2)));
    for (int i = open + 1; i < sql.length(); i++) {
      if (escapes && sql.charAt(i) == '\\') {
        i++;
      } else if (sql.charAt(i) == quote) {
        return i + 1;
      }
    }
    return sql.length();
  }

  private int endOfLine(int at) {
    int end = sql.indexOf('\n', at);
    return end < 0 ? sql.length() : end + 1;
  }

  /** Returns the end of a comment. PostgreSQL's comments nest. */
  private int endOfComment(int open) {
    int depth = 0;
    for (int i = open; i < sql.length() - 1; i++) {
      if (sql.startsWith("/*", i)) {
        depth++;
        i++;
      } else if (sql.startsWith("*/", i)) {
        depth--;
        i++;
        if (depth == 0) {
          return i + 1;
        }
      }
    }
    return sql.length();
  }
}
