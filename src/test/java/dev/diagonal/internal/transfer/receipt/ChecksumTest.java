package dev.diagonal.internal.transfer.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

final class ChecksumTest {

  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

  private static BigInteger number(Checksum checksum) {
    return new BigInteger(checksum.toString(), 16);
  }

  @Property
  void sumsAreModulo128Bits(
      @ForAll long high, @ForAll long low, @ForAll long otherHigh, @ForAll long otherLow) {
    Checksum one = new Checksum(high, low);
    Checksum other = new Checksum(otherHigh, otherLow);

    assertThat(number(one.plus(other))).isEqualTo(number(one).add(number(other)).mod(MODULUS));
    assertThat(one.plus(other).minus(other)).isEqualTo(one);
  }

  @Property
  void sumsOfLimbsAreLimbsOfSum(@ForAll @Size(max = 50) List<Long> words) {
    Checksum sum = Checksum.NONE;
    long[] limbs = new long[Checksum.LIMBS];
    for (long word : words) {
      Checksum each = new Checksum(word, ~word * 31);
      sum = sum.plus(each);
      for (int limb = 0; limb < limbs.length; limb++) {
        limbs[limb] += each.limb(limb);
      }
    }

    assertThat(Checksum.ofLimbs(limbs)).isEqualTo(sum);
  }
}
