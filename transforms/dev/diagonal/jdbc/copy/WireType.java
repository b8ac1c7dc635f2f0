package dev.diagonal.jdbc.copy;

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
  BOOL(16),
  BYTEA(17),
  INT8(20),
  INT2(21),
  INT4(23),
  TEXT(25),
  JSON(114),
  FLOAT4(700),
  FLOAT8(701),
  BPCHAR(1042),
  VARCHAR(1043),
  DATE(1082),
  TIME(1083),
  TIMESTAMP(1114),
  TIMESTAMPTZ(1184),
  NUMERIC(1700),
  UUID(2950),
  JSONB(3802),
  OTHER(25);

  private static final Map<String, WireType> BY_NAME =
      Arrays.stream(values())
          .filter(type -> type != OTHER)
          .collect(
              Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), Function.identity()));
  private static final Map<String, WireType> SERIALS =
      Map.of("smallserial", INT2, "serial", INT4, "bigserial", INT8);

  private final int oid;

  WireType(int oid) {
    this.oid = oid;
  }

  /** The type's number in PostgreSQL's catalogue. */
  int oid() {
    return oid;
  }

  /** Returns the type that the driver calls this. */
  static WireType named(String name) {
    WireType serial = SERIALS.get(name);
    return serial != null ? serial : BY_NAME.getOrDefault(name, OTHER);
  }

  /**
   * Whether two values are equal to the database exactly if their bytes are; not so for numbers and
   * texts that it rounds, pads, or compares by rules of their own.
   */
  public boolean isEqualByBytes() {
    return switch (this) {
      case BOOL, BYTEA, INT8, INT2, INT4, TEXT, VARCHAR, DATE, UUID -> true;
      default -> false;
    };
  }
}
