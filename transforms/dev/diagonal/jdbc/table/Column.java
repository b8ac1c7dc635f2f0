package dev.diagonal.jdbc.table;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * A column of a {@link Table}.
 *
 * @param name its name, exactly as the database has it (quoted in SQL, so case matters)
 * @param type its SQL type, for example {@code bigint} or {@code numeric(12, 6)}; a table is also
 *     created with what follows it, as in {@code bigint NOT NULL DEFAULT 0}
 * @param key whether it is part of the key by which rows are told apart
 */
public record Column(String name, String type, boolean key) implements Serializable {

  // The type stands in SQL as it is: what could end it or begin something else is not allowed.
  private static final Pattern TYPE = Pattern.compile("[A-Za-z_][A-Za-z0-9_ ,.()\\[\\]]*");

  /**
   * @throws IllegalArgumentException if {@code name} is no identifier or {@code type} no type
   */
  public Column {
    PostgresSql.checkIdentifier("column name", name);
    checkArgument(
        TYPE.matcher(type).matches(), "type of column %s must be an SQL type, got %s", name, type);
  }

  /** Returns a column of the key. */
  public static Column key(String name, String type) {
    return new Column(name, type, true);
  }

  /** Returns a column outside the key, which may be null. */
  public static Column of(String name, String type) {
    return new Column(name, type, false);
  }
}
