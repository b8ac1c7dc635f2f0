package dev.diagonal.internal.jdbc.copy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The types with a known binary format, by their names in PostgreSQL's catalogue. Values of all
 * other types are sent as text, which the database casts.
 */
public enum WireType {
  BOOL,
  BYTEA,
  /** {@code "char"}: one byte; a cast would truncate a longer text. */
  CHAR,
  /** {@code name}: at most 63 bytes; a cast would truncate a longer text. */
  NAME,
  INT8,
  INT2,
  INT4,
  TEXT,
  JSON,
  FLOAT4,
  FLOAT8,
  BPCHAR,
  VARCHAR,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  NUMERIC,
  UUID,
  JSONB,
  OTHER;

  private static final Map<String, WireType> BY_NAME =
      Arrays.stream(values())
          .filter(type -> type != OTHER)
          .collect(
              Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), Function.identity()));

  /** Returns the type of that name in {@code pg_catalog}, or {@link #OTHER}. */
  static WireType named(String name) {
    return BY_NAME.getOrDefault(name, OTHER);
  }

  /**
   * Returns whether the database considers two values equal exactly if their bytes are. It does not
   * for numbers and texts that it rounds, pads, or compares by special rules.
   */
  boolean isEqualByBytes() {
    return switch (this) {
      case BOOL, BYTEA, INT8, INT2, INT4, TEXT, VARCHAR, DATE, UUID -> true;
      default -> false;
    };
  }
}
