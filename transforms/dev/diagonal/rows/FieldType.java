package dev.diagonal.rows;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The types that values of a transfer have. A value is kept as a 64-bit word or as bytes: numbers
 * and times as words (dates as days since 1970, times as microseconds of the day, timestamps as
 * microseconds since 1970, floating point numbers by their bits), all else as bytes: texts and JSON
 * in UTF-8, decimals and UUIDs as they are spelt.
 */
public enum FieldType {
  BOOLEAN(true, "boolean"),
  SMALLINT(true, "smallint"),
  INTEGER(true, "integer"),
  BIGINT(true, "bigint"),
  REAL(true, "real"),
  DOUBLE(true, "double precision"),
  DECIMAL(false, "numeric"),
  TEXT(false, "text"),
  BYTES(false, "bytea"),
  DATE(true, "date"),
  TIME(true, "time"),
  TIMESTAMP(true, "timestamp"),
  /** A point in time: a timestamp with time zone, kept in UTC. */
  INSTANT(true, "timestamp with time zone"),
  UUID(false, "uuid"),
  JSON(false, "jsonb");

  private final boolean word;
  private final String sqlType;

  FieldType(boolean word, String sqlType) {
    this.word = word;
    this.sqlType = sqlType;
  }

  /** Whether a value is a word; else it is bytes. */
  public boolean isWord() {
    return word;
  }

  /** Returns the type of a column that is created for it, in PostgreSQL's words. */
  public String sqlType() {
    return sqlType;
  }

  public boolean isWhole() {
    return this == SMALLINT || this == INTEGER || this == BIGINT;
  }

  public boolean isNumber() {
    return isWhole() || this == REAL || this == DOUBLE || this == DECIMAL;
  }

  public boolean isTime() {
    return this == DATE || this == TIME || this == TIMESTAMP || this == INSTANT;
  }

  /** Returns the name as mapping files have it: in lower case. */
  public String lowerName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the type of that name in lower case, or null. */
  public static @Nullable FieldType named(String name) {
    return Arrays.stream(values())
        .filter(type -> type.lowerName().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Returns the names of all types, as mapping files have them. */
  public static List<String> names() {
    return Arrays.stream(values()).map(FieldType::lowerName).toList();
  }
}
