package dev.diagonal.grid;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.KeyHash;
import java.math.BigInteger;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Hashes an id by its canonical form, so that 5, 5L and "5" have the same hash. 64-bit whole
 * numbers, and texts that are the decimal form of one, are hashed as that number. Other texts are
 * hashed by their UTF-8 bytes, a {@link UUID} by its text in lower case, bytes by the text they
 * encode, and larger whole numbers by their decimal text.
 */
final class IdHash {

  /** The length of -9223372036854775808. */
  private static final int LONGEST_NUMBER = 20;

  private IdHash() {}

  /** Returns the hash of a whole number. */
  static int of(long id) {
    return KeyHash.of(id);
  }

  /**
   * Returns the hash of the text that the UTF-8 bytes from {@code from} up to {@code to} encode.
   */
  static int of(byte[] text, int from, int to) {
    int digits = to - from;
    if (digits == 0 || digits > LONGEST_NUMBER) {
      return KeyHash.of(text, from, to);
    }
    boolean negative = text[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to || (text[first] == '0' && (negative || to - first > 1))) {
      return KeyHash.of(text, from, to);
    }
    // Accumulates negatively, because there is one more negative number than positive ones.
    long value = 0;
    for (int i = first; i < to; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
        return KeyHash.of(text, from, to);
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      return KeyHash.of(text, from, to);
    }
    return KeyHash.of(negative ? value : -value);
  }

  /** Returns the hash of a text. */
  static int of(String id) {
    byte[] text = id.getBytes(UTF_8);
    return of(text, 0, text.length);
  }

  /**
   * Returns the hash of an id: a whole number of any width, a text, bytes or a {@link UUID}.
   *
   * @throws NotOnGridException if it is null or of another type
   */
  static int of(@Nullable Object id) {
    if (id instanceof Long || id instanceof Integer || id instanceof Short || id instanceof Byte) {
      return of(((Number) id).longValue());
    } else if (id instanceof String || id instanceof UUID || id instanceof BigInteger) {
      return of(id.toString());
    } else if (id instanceof byte[] bytes) {
      return of(bytes, 0, bytes.length);
    } else if (id == null) {
      throw new NotOnGridException("the id is null");
    }
    throw new NotOnGridException(
        "an id must be a whole number, a text, bytes or a UUID, got a " + id.getClass().getName());
  }
}
