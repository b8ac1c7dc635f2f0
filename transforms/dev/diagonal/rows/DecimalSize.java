package dev.diagonal.rows;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * The maximum number of digits of a decimal column.
 *
 * @param precision digits in all
 * @param scale digits after the decimal point
 */
public record DecimalSize(int precision, int scale) implements Serializable {

  private static final int MAX_PRECISION = 1_000; // PostgreSQL's

  /**
   * @throws IllegalArgumentException if {@code precision} is not within 1 to 1000, or {@code scale}
   *     is not within 0 to {@code precision}
   */
  public DecimalSize {
    checkArgument(
        precision >= 1 && precision <= MAX_PRECISION,
        "the precision of a decimal must be within 1 to 1000, got %s",
        precision);
    checkArgument(
        scale >= 0 && scale <= precision,
        "the scale of a decimal must be within 0 to its precision, got %s",
        scale);
  }

  /** Returns the largest size whose numbers fit into both. */
  public DecimalSize within(DecimalSize other) {
    int smaller = Math.min(scale, other.scale);
    int whole = Math.min(precision - scale, other.precision - other.scale);
    return new DecimalSize(Math.max(1, whole + smaller), smaller);
  }

  /** Returns whether a number has no more digits than this, ignoring trailing zeros. */
  public boolean holds(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    return plain.signum() == 0
        || (plain.scale() <= scale && plain.precision() - plain.scale() <= precision - scale);
  }

  @Override
  public String toString() {
    return "(" + precision + "," + scale + ")";
  }
}
