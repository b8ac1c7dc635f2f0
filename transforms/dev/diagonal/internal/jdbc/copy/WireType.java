package dev.diagonal.internal.jdbc.copy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The types whose binary form is known, by the names that PostgreSQL's catalogue gives them; values
 * of all others travel as text, which the database casts.
 */
public enum WireType {
  BOOL,
  BYTEA,
  /** {@code "char"}: one byte, to which a cast would cut a longer text. */
  CHAR,
  /** {@code name}: 63 bytes at most, to which a cast would cut a longer text. */
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
   * Whether two values are equal to the database exactly if their bytes are; not so for numbers and
   * texts that it rounds, pads, or compares by rules of their own.
   */
  boolean isEqualByBytes() {
    return switch (this) {
      case BOOL, BYTEA, INT8, INT2, INT4, TEXT, VARCHAR, DATE, UUID -> true;
      default -> false;
    };
  }
}
