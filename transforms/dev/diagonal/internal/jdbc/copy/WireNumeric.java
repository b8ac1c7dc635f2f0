package dev.diagonal.internal.jdbc.copy;

import dev.diagonal.internal.bytes.ByteBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's binary format of {@code numeric}: the number of base-10,000 digits, the weight of
 * the first, the sign, the number of decimal places, and the digits ({@code numeric_send} in <a
 * href="https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/utils/adt/numeric.c">numeric.c</a>).
 */
final class WireNumeric {

  private static final int BASE = 10_000;
  private static final int DECIMALS_OF_A_DIGIT = 4;
  private static final int NEGATIVE = 0x4000;

  static final int NAN = 0xC000;
  static final int INFINITY = 0xD000;
  static final int MINUS_INFINITY = 0xF000;

  private static final int MAX_DIGITS_OF_A_LONG = 18;
  private static final int MAX_SCALE = 0x3FFF;
  private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);

  private WireNumeric() {}

  /** Writes the number without its length. */
  static void put(ByteBuilder out, BigDecimal number) {
    BigDecimal value = number.scale() < 0 ? number.setScale(0) : number;
    int scale = value.scale();
    if (scale > MAX_SCALE) {
      throw new IllegalArgumentException(
          "a number may have %s decimal places, got %s".formatted(MAX_SCALE, scale));
    }
    int padding = Math.floorMod(-scale, DECIMALS_OF_A_DIGIT);
    int fractionDigits = (scale + padding) / DECIMALS_OF_A_DIGIT;
    int sign = value.signum() < 0 ? NEGATIVE : 0;
    if (value.precision() + padding <= MAX_DIGITS_OF_A_LONG) {
      long unscaled = Math.abs(value.unscaledValue().longValue());
      for (int i = 0; i < padding; i++) {
        unscaled *= 10;
      }
      put(out, unscaled, fractionDigits, sign, scale);
    } else {
      BigInteger unscaled = value.unscaledValue().abs().multiply(BigInteger.TEN.pow(padding));
      put(out, unscaled, fractionDigits, sign, scale);
    }
  }

  private static void put(ByteBuilder out, long unscaled, int fractionDigits, int sign, int scale) {
    long rest = unscaled;
    int dropped = 0;
    while (rest != 0 && rest % BASE == 0) {
      rest /= BASE;
      dropped++;
    }
    int digits = 0;
    long divisor = 1;
    for (long left = rest; left != 0; left /= BASE) {
      digits++;
      divisor = digits == 1 ? 1 : divisor * BASE;
    }
    putHead(out, digits, digits + dropped - fractionDigits - 1, sign, scale);
    for (; digits > 0; digits--) {
      out.putShort((int) (rest / divisor));
      rest %= divisor;
      divisor /= BASE;
    }
  }

  private static void put(
      ByteBuilder out, BigInteger unscaled, int fractionDigits, int sign, int scale) {
    int most = unscaled.toString().length() / DECIMALS_OF_A_DIGIT + 1;
    short[] found = new short[most];
    int first = most;
    for (BigInteger rest = unscaled; rest.signum() != 0; ) {
      BigInteger[] parts = rest.divideAndRemainder(BIG_BASE);
      found[--first] = parts[1].shortValue();
      rest = parts[0];
    }
    int end = most;
    while (end > first && found[end - 1] == 0) {
      end--;
    }
    putHead(out, end - first, most - first - fractionDigits - 1, sign, scale);
    for (int i = first; i < end; i++) {
      out.putShort(found[i]);
    }
  }

  /** Returns the number that starts at a position, or null if it is not finite. */
  static @Nullable BigDecimal get(byte[] bytes, int at) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int digits = in.getShort(at);
    int weight = in.getShort(at + 2);
    int sign = in.getShort(at + 4) & 0xFFFF;
    int scale = in.getShort(at + 6);
    if (sign != 0 && sign != NEGATIVE) {
      return null;
    }
    BigInteger unscaled = BigInteger.ZERO;
    long low = 0; // at most four digits
    long factor = 1;
    for (int i = 0; i < digits; i++) {
      low = low * BASE + in.getShort(at + 8 + 2 * i);
      factor *= BASE;
      if (i % 4 == 3 || i == digits - 1) {
        unscaled = unscaled.multiply(BigInteger.valueOf(factor)).add(BigInteger.valueOf(low));
        low = 0;
        factor = 1;
      }
    }
    BigDecimal value = new BigDecimal(unscaled, DECIMALS_OF_A_DIGIT * (digits - 1 - weight));
    return (sign == NEGATIVE ? value.negate() : value).setScale(scale);
  }

  /** Writes a value that is not a finite number, by its sign. */
  static void putSpecial(ByteBuilder out, int sign) {
    out.putShort(0);
    out.putShort(0);
    out.putShort(sign);
    out.putShort(0);
  }

  private static void putHead(ByteBuilder out, int digits, int weight, int sign, int scale) {
    out.putShort(digits);
    out.putShort(digits == 0 ? 0 : weight);
    out.putShort(digits == 0 ? 0 : sign);
    out.putShort(scale);
  }
}
