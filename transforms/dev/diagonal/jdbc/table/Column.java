package dev.diagonal.jdbc.table;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.sql.Identifiers;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A column of a {@link Table}.
 *
 * @param name its name, exactly as in the database (quoted in SQL, so case matters)
 * @param type its SQL type, for example {@code bigint} or {@code numeric(12, 6)}, with its
 *     collation if that is not the type's default
 * @param constraints the text after the type when the table is created, for example {@code NOT NULL
 *     DEFAULT 0}, or empty
 * @param key whether it is part of the key that identifies rows
 */
public record Column(String name, String type, String constraints, boolean key)
    implements Serializable {

  /** The constraint of a column whose values can be set only with an override. */
  public static final String IDENTITY_ALWAYS = "GENERATED ALWAYS AS IDENTITY";

  private static final String QUOTED = "\"(?:[^\"\\x00]|\"\")+\"";

  // The type is inserted into SQL unquoted, so it must not contain anything that could end it.
  private static final Pattern TYPE =
      Pattern.compile(
          "(?:[A-Za-z_]|%1$s)(?:[A-Za-z0-9_ ,.()\\[\\]]|-(?=\\d)|%1$s)*".formatted(QUOTED));

  private static final Pattern CONSTRAINTS =
      Pattern.compile("(?i) +((?:not null|null|default|primary|unique|generated)\\b.*)");

  /**
   * @throws IllegalArgumentException if {@code name} is not an identifier or {@code type} is not a
   *     type
   */
  public Column {
    Identifiers.check("column name", name);
    checkType(name, type);
    if (!constraints.isEmpty()) {
      checkType(name, constraints);
    }
  }

  /**
   * Returns a column of the type and constraints of a definition.
   *
   * @param definition for example {@code bigint} or {@code bigint NOT NULL DEFAULT 0}
   */
  public Column(String name, String definition, boolean key) {
    this(name, type(definition), constraints(definition), key);
  }

  private static void checkType(String name, String type) {
    checkArgument(
        TYPE.matcher(type).matches(), "type of column %s must be an SQL type, got %s", name, type);
  }

  private static String type(String definition) {
    return CONSTRAINTS.matcher(definition).replaceFirst("");
  }

  private static String constraints(String definition) {
    Matcher matcher = CONSTRAINTS.matcher(definition);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Returns a column of the key. */
  public static Column key(String name, String definition) {
    return new Column(name, definition, true);
  }

  /** Returns a column outside the key, which is nullable unless its definition says otherwise. */
  public static Column of(String name, String definition) {
    return new Column(name, definition, false);
  }

  /** Returns the type with the constraints. */
  public String definition() {
    return constraints.isEmpty() ? type : type + " " + constraints;
  }
}
