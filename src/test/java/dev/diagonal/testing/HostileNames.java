package dev.diagonal.testing;

import java.util.List;

/** Names of tables and columns that PostgreSQL allows and that careless SQL gets wrong. */
public final class HostileNames {

  /** Ends within 63 bytes, as all names of PostgreSQL do. */
  private static final String LONG = "n".repeat(62);

  /** The names; all different, none with a dot. */
  public static final List<String> ALL =
      List.of(
          // Names of the SQL that we generate, now or in the past.
          "diagonal_one",
          "diagonal_piece",
          "diagonal_i",
          "diagonal",
          "piece",
          "one",
          "i",
          "earlier_rows",
          "number",
          "numbered",
          "staged",
          "stored",
          "given",
          "found",
          "sqlerrm",
          "diagonal_rows",
          "diagonal_bad",
          "diagonal_wanted",
          "diagonal_loaded",
          "added",
          "counted",
          "sources",
          "ends",
          "excluded",
          "r",
          "n",
          "source_value",
          // Quotes and comments.
          "a\"b",
          "\"; drop table victims; --",
          "it's",
          "$$",
          "$diagonal$",
          "$diagonal1$",
          "--",
          "/*",
          "*/",
          // Placeholders, escapes and formats.
          "why?",
          "??",
          ":name",
          "$1",
          "{fn now()}",
          "%",
          "%s",
          "%1$s",
          "back\\slash",
          "\\",
          "a b",
          " leading",
          "tab\tbed",
          "new\nline",
          "comma,d",
          "(b)",
          // Case, key words and other alphabets.
          "select",
          "user",
          "UPPER",
          "Ctid",
          "XMIN",
          "oid",
          "Zürich ☃",
          "数据",
          LONG + "1",
          LONG + "2");

  private HostileNames() {}
}
