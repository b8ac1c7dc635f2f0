package dev.diagonal.internal.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NumberTypeTest {

  private static final int AT = 3;

  @Test
  void findsTypeByServerName() {
    assertThat(NumberType.named("double precision")).isEqualTo(NumberType.DOUBLE);
    assertThat(NumberType.named("bigint")).isEqualTo(NumberType.BIGINT);
    assertThat(NumberType.named("text")).isNull();
  }

  @Test
  void wholeNumbersAreReadWithTheirSigns() {
    assertThat(NumberType.SMALLINT.whole(bytes(2).putShort((short) -2).array(), AT)).isEqualTo(-2);
    assertThat(NumberType.INTEGER.whole(bytes(4).putInt(Integer.MIN_VALUE).array(), AT))
        .isEqualTo(Integer.MIN_VALUE);
    assertThat(NumberType.BIGINT.whole(bytes(8).putLong(Long.MIN_VALUE).array(), AT))
        .isEqualTo(Long.MIN_VALUE);
    assertThatIllegalStateException()
        .isThrownBy(() -> NumberType.REAL.whole(bytes(4).array(), AT))
        .withMessage("REAL is not a whole number");
  }

  @Test
  void whatIsTooLargeIsNoRating() {
    assertThat(bigint(1_000_000)).isEqualTo(1_000_000_000);
    assertThat(bigint(-1_000_000)).isEqualTo(-1_000_000_000);
    assertThat(bigint(1_000_001)).isEqualTo(NumberType.NO_RATING);
    assertThat(bigint(Long.MIN_VALUE)).isEqualTo(NumberType.NO_RATING);
    assertThat(ofDouble(1_000_000.001)).isEqualTo(NumberType.NO_RATING);
    assertThat(ofDouble(1e300)).isEqualTo(NumberType.NO_RATING);
    assertThat(ofDouble(Double.NaN)).isEqualTo(NumberType.NO_RATING);
    assertThat(ofDouble(Double.NEGATIVE_INFINITY)).isEqualTo(NumberType.NO_RATING);
    assertThat(numeric(2, 0, 1)).isEqualTo(NumberType.NO_RATING);
  }

  @Test
  void decodesBase10000DigitsByPosition() {
    assertThat(numeric(0, 0)).isZero();
    assertThat(numeric(0, 0, 4)).isEqualTo(4_000);
    assertThat(numeric(0, 0, 4, 5_000)).isEqualTo(4_500);
    assertThat(numeric(-1, 0, 10)).isEqualTo(1);
    assertThat(numeric(1, 0, 100)).isEqualTo(1_000_000_000);
    assertThat(numeric(1, 0x4000, 1, 2, 30)).isEqualTo(-10_002_003);
    assertThat(numeric(-1, 0, 1)).as("0.0001").isEqualTo(NumberType.NO_RATING);
    assertThat(numeric(-2, 0, 1)).as("0.00000001").isEqualTo(NumberType.NO_RATING);
    assertThat(numeric(0, 0xc000)).as("NaN").isEqualTo(NumberType.NO_RATING);
    assertThat(numeric(0, 0xd000)).as("infinity").isEqualTo(NumberType.NO_RATING);
  }

  @Property
  void thousandthsAsDoublesAreReadExactly(
      @ForAll @IntRange(min = -1_000_000_000, max = 1_000_000_000) int thousandths) {
    assertThat(ofDouble(thousandths / 1000.0)).isEqualTo(thousandths);
  }

  @Property
  void readsThousandthsOfRealsExactly(
      @ForAll @IntRange(min = -999_999, max = 999_999) int thousandths) {
    float value = (float) (thousandths / 1000.0);
    assertThat(NumberType.REAL.thousandths(bytes(4).putFloat(value).array(), AT))
        .isEqualTo(thousandths);
  }

  @Property
  void thousandthsAsNumericsAreReadExactly(
      @ForAll @IntRange(min = 1, max = 1_000_000_000) int thousandths) {
    int whole = thousandths / 1000;
    int fraction = thousandths % 1000 * 10;
    assertThat(numeric(1, 0, whole / 10_000, whole % 10_000, fraction)).isEqualTo(thousandths);
  }

  private static int bigint(long value) {
    return NumberType.BIGINT.thousandths(bytes(8).putLong(value).array(), AT);
  }

  private static int ofDouble(double value) {
    return NumberType.DOUBLE.thousandths(bytes(8).putDouble(value).array(), AT);
  }

  private static int numeric(int weight, int sign, int... digits) {
    ByteBuffer bytes = bytes(8 + 2 * digits.length);
    bytes.putShort((short) digits.length).putShort((short) weight).putShort((short) sign);
    bytes.putShort((short) 4);
    for (int digit : digits) {
      bytes.putShort((short) digit);
    }
    return NumberType.NUMERIC.thousandths(bytes.array(), AT);
  }

  /** Big-endian, with something before the number. */
  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocate(AT + length).position(AT);
  }
}
