package dev.diagonal.internal.transfer.receipt;

import java.io.Serializable;

/**
 * An unsigned 128-bit number: the sum, modulo 2^128, of a hash of each row. It does not depend on
 * the order of the rows, and duplicate rows count.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Checksum(long high, long low) implements Serializable {

  /** The checksum of no rows. */
  public static final Checksum NONE = new Checksum(0, 0);

  /** The number of {@linkplain #limb parts} of a checksum. */
  public static final int LIMBS = 4;

  /** Returns the sum of two checksums: that of the rows of both. */
  public Checksum plus(Checksum more) {
    long sum = low + more.low;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return new Checksum(high + more.high + carry, sum);
  }

  /** Returns the checksum of these rows without some of them. */
  public Checksum minus(Checksum less) {
    long borrow = Long.compareUnsigned(low, less.low) < 0 ? 1 : 0;
    return new Checksum(high - less.high - borrow, low - less.low);
  }

  /**
   * Returns 32 bits of it, the lowest first. Sums of these fit into the counters of runners, which
   * have 63 bits.
   */
  public long limb(int limb) {
    long half = limb < 2 ? low : high;
    return (limb % 2 == 0 ? half : half >>> 32) & 0xffff_ffffL;
  }

  /** Returns the name of the counter that sums a limb. */
  public static String counter(int limb) {
    return "checksum_" + limb;
  }

  /** Returns the checksum with the given limbs, or sums of limbs. */
  public static Checksum ofLimbs(long[] sums) {
    Checksum all = NONE;
    for (int limb = 0; limb < LIMBS; limb++) {
      long sum = sums[limb];
      Checksum part =
          switch (limb) {
            case 0 -> new Checksum(0, sum);
            case 1 -> new Checksum(sum >>> 32, sum << 32);
            case 2 -> new Checksum(sum, 0);
            default -> new Checksum(sum << 32, 0);
          };
      all = all.plus(part);
    }
    return all;
  }

  /** Returns 32 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
