package dev.diagonal.statement;

import static java.util.stream.Collectors.joining;

import dev.diagonal.internal.jdbc.sql.SqlScript;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SQL statement whose parameters are columns of the rows: named, such as {@code :source}, or all
 * of them in order, as {@code ?}.
 *
 * @param sql the statement with {@code ?} for every parameter
 * @param columns the positions of the parameters' columns, in the order of the parameters
 */
record SqlText(String sql, List<Integer> columns) {

  /** Excludes the colons of a cast ({@code ::}) and PostgreSQL's operator {@code ??}. */
  private static final Pattern PARAMETER =
      Pattern.compile("::|\\?\\?|\\?|(?<![\\w:]):([A-Za-z_]\\w*)");

  SqlText {
    columns = List.copyOf(columns);
  }

  /**
   * Finds the parameters.
   *
   * @param statement one statement, with or without a semicolon
   * @param names the columns of the rows
   * @throws IllegalArgumentException if a parameter is not a column, there is none, or named and
   *     unnamed ones are mixed
   */
  static SqlText of(String statement, List<String> names) {
    String text = SqlScript.query(statement);
    StringBuilder sql = new StringBuilder();
    List<Integer> columns = new ArrayList<>();
    int unnamed = 0;
    int copied = 0;
    Matcher found = PARAMETER.matcher(SqlScript.code(text));
    while (found.find()) {
      boolean named = found.group(1) != null;
      if (!named && !found.group().equals("?")) {
        continue;
      }
      columns.add(named ? position(found.group(1), names) : unnamed++);
      sql.append(text, copied, found.start()).append('?');
      copied = found.end();
    }
    sql.append(text.substring(copied));
    check(columns.size(), unnamed, names);
    return new SqlText(sql.toString(), columns);
  }

  private static int position(String name, List<String> names) {
    int position = names.indexOf(name);
    if (position < 0) {
      throw new IllegalArgumentException(
          "the statement has the parameter :%s, but the rows have the columns %s"
              .formatted(name, String.join(", ", names)));
    }
    return position;
  }

  private static void check(int parameters, int unnamed, List<String> names) {
    if (parameters == 0) {
      throw new IllegalArgumentException(
          "the statement has no parameter; name columns of the rows, such as :" + names.get(0));
    }
    if (unnamed > 0 && (unnamed != parameters || unnamed != names.size())) {
      throw new IllegalArgumentException(
          "the statement has %s parameter(s) without a name, but the rows have the %s columns %s: name all parameters, such as %s"
              .formatted(
                  unnamed,
                  names.size(),
                  String.join(", ", names),
                  names.stream().map(name -> ":" + name).collect(joining(", "))));
    }
  }
}
