package dev.diagonal.rows;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The types of values in a transfer. A value is stored as a 64-bit word or as bytes. Words: numbers
 * and times (dates as days since 1970, times as microseconds of the day, timestamps as microseconds
 * since 1970, floating-point numbers by their bits). Bytes: texts and JSON in UTF-8, decimals and
 * UUIDs in their text format.
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
  /** An instant: a timestamp with time zone, stored in UTC. */
  INSTANT(true, "timestamp with time zone"),
  UUID(false, "uuid"),
  JSON(false, "jsonb");

  private final boolean word;
  private final String sqlType;

  FieldType(boolean word, String sqlType) {
    this.word = word;
    this.sqlType = sqlType;
  }

  /** Returns whether a value is a word; otherwise it is bytes. */
  public boolean isWord() {
    return word;
  }

  /** Returns the PostgreSQL type of a column that is created for it. */
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

  /** Returns the name in mapping files, in lower case. */
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

  /** Returns the names of all types, as used in mapping files. */
  public static List<String> names() {
    return Arrays.stream(values()).map(FieldType::lowerName).toList();
  }
}
