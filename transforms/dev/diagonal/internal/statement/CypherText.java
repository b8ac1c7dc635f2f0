package dev.diagonal.internal.statement;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the text of a Cypher statement, without Neo4j. */
public final class CypherText {

  /** The only parameter: a list with a map per row. */
  static final String ROWS = "rows";

  private static final Pattern QUOTED =
      Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"|//[^\n]*|/\\*(?s:.*?)\\*/");

  private static final Pattern PARAMETER = Pattern.compile("\\$(?:(\\w+)|`([^`]*)`)");
  private static final Pattern UNWIND =
      Pattern.compile("(?i)\\bUNWIND\\s+\\$" + ROWS + "\\s+AS\\s+(\\w+)");

  private CypherText() {}

  /**
   * Checks that {@code $rows} is the statement's only parameter, and that every property that it
   * reads of a row is a column.
   *
   * @param names the columns of the rows
   * @throws IllegalArgumentException if not; the message is one line
   */
  public static void check(String text, List<String> names) {
    String code = code(text);
    boolean hasRows = false;
    Matcher parameter = PARAMETER.matcher(code);
    while (parameter.find()) {
      String name = parameter.group(1) == null ? parameter.group(2) : parameter.group(1);
      if (!name.equals(ROWS)) {
        throw new IllegalArgumentException(
            "the statement has the parameter $%s; the only one allowed is $%s, the list of all rows of a batch"
                .formatted(name, ROWS));
      }
      hasRows = true;
    }
    if (!hasRows) {
      throw new IllegalArgumentException(
          "the statement does not use $%s, the list of all rows of a batch: start with UNWIND $%s AS row"
              .formatted(ROWS, ROWS));
    }
    Matcher unwind = UNWIND.matcher(code);
    while (unwind.find()) {
      checkProperties(code, unwind.group(1), names);
    }
  }

  /**
   * Returns the statement with comments and string literals replaced by blanks; names in backticks
   * stay.
   */
  private static String code(String text) {
    return QUOTED.matcher(text).replaceAll(found -> " ".repeat(found.group().length()));
  }

  private static void checkProperties(String code, String row, List<String> names) {
    Matcher property =
        Pattern.compile("(?<![\\w.`])" + Pattern.quote(row) + "\\s*\\.\\s*(?:(\\w+)|`([^`]*)`)")
            .matcher(code);
    while (property.find()) {
      String name = property.group(1) == null ? property.group(2) : property.group(1);
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "the statement reads %s.%s, but the rows have the columns %s"
                .formatted(row, name, String.join(", ", names)));
      }
    }
  }
}
