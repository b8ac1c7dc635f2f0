package dev.diagonal.internal.jdbc.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

/** PostgreSQL's rules for names. */
public final class Identifiers {

  /** NAMEDATALEN - 1: the server truncates longer names, with only a notice. */
  public static final int MAX_BYTES = 63;

  private Identifiers() {}

  /** Returns whether a name is within {@link #MAX_BYTES}. */
  public static boolean fits(String name) {
    return name.getBytes(UTF_8).length <= MAX_BYTES;
  }

  /**
   * Checks a name.
   *
   * @param what the kind of name, for the message
   * @throws IllegalArgumentException if it is blank, too long or contains NUL
   */
  public static void check(String what, String name) {
    checkArgument(
        !name.isBlank() && name.indexOf('\0') < 0 && fits(name),
        "%s must have 1 to %s bytes and not be blank, got '%s'",
        what,
        MAX_BYTES,
        name);
  }
}
