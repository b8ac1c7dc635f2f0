package dev.diagonal.grid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.diagonal.internal.bytes.KeyHash;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SlotsTest {

  @Property(seed = "1")
  void equalNumbersOfAnyTypeHaveEqualHashes(@ForAll long id) {
    assertSame(id, Long.toString(id), Long.toString(id).getBytes(UTF_8), BigInteger.valueOf(id));
    assertSame((long) (int) id, (int) id);
    assertSame((long) (short) id, (short) id);
    assertSame((long) (byte) id, (byte) id);
  }

  @Property(seed = "2")
  void equalTextsOfAnyTypeHaveEqualHashes(@ForAll String id) {
    byte[] bytes = id.getBytes(UTF_8);
    assertSame(id, bytes);
    byte[] within = Arrays.copyOf(bytes, bytes.length + 3);
    assertThat(IdHash.of(within, 0, bytes.length)).isEqualTo(IdHash.of(id));
  }

  @Example
  void aUuidIsItsText() {
    UUID id = new UUID(0xABCDEF0123456789L, 42);
    assertSame(id, "abcdef01-2345-6789-0000-00000000002a");
  }

  /** Only the form in which a number is printed is that number. */
  @Example
  void textsThatOnlyLookLikeNumbersAreTexts() {
    for (String text :
        new String[] {
          "05",
          "+5",
          "-0",
          "5.0",
          " 5",
          "5 ",
          "",
          "-",
          "--5",
          "00",
          "9223372036854775808",
          "-9223372036854775809",
          "99999999999999999999",
          "184467440737095516165",
          "1e3",
          "٣"
        }) {
      byte[] bytes = text.getBytes(UTF_8);
      assertThat(IdHash.of(text)).as(text).isEqualTo(KeyHash.of(bytes, 0, bytes.length));
    }
    for (long number : new long[] {0, 5, -5, 10, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(IdHash.of(Long.toString(number))).isEqualTo(KeyHash.of(number));
    }
    assertSame(new BigInteger("9223372036854775808"), "9223372036854775808");
  }

  @Example
  void refusesInvalidId() {
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> new Slots(8).of((Object) null))
        .withMessage("the id is null");
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> new Slots(8).of(5.0))
        .withMessage(
            "an id must be a whole number, a text, bytes or a UUID, got a java.lang.Double");
  }

  @Property(seed = "3")
  void idIsInBucketOfItsSlot(@ForAll long id, @ForAll @IntRange(min = 1, max = 64) int tableSize) {
    Slots slots = new Slots(tableSize);
    assertThat(slots.bucketsOf(slots.of(id))).contains(new Slots(Slots.BUCKETS).of(id));
  }

  @Example
  void powerOfTwoSlotsShareNoBucket() {
    for (int tableSize = 1; tableSize <= 64; tableSize *= 2) {
      int[] all = new int[Slots.BUCKETS];
      Slots slots = new Slots(tableSize);
      for (int slot = 0; slot < tableSize; slot++) {
        for (int bucket : slots.bucketsOf(slot)) {
          all[bucket]++;
        }
      }
      assertThat(all).containsOnly(1);
    }
  }

  @Example
  void slotsOfAnySizeCoverAllBuckets() {
    for (int tableSize = 1; tableSize <= 64; tableSize++) {
      Slots slots = new Slots(tableSize);
      assertThat(slots.bucketsOf(0)[0]).isZero();
      int[] last = slots.bucketsOf(tableSize - 1);
      assertThat(last[last.length - 1]).isEqualTo(Slots.BUCKETS - 1);
    }
  }

  @Example
  void evenIdsFillAllOfTenSlots() {
    assertThat(java.util.stream.LongStream.range(0, 500).map(i -> 2 * i).map(new Slots(10)::of))
        .contains(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Example
  void idsOfEveryKindSpreadEvenly() {
    Random random = new Random(42);
    spreadsEvenly("sequential", i -> (long) i);
    spreadsEvenly("even", i -> 2L * i);
    spreadsEvenly("multiples of 8", i -> 8L * i);
    spreadsEvenly("negative", i -> -1L - i);
    spreadsEvenly("random", i -> random.nextLong());
    spreadsEvenly("texts", i -> "user-" + i);
    spreadsEvenly("UUIDs", i -> new UUID(random.nextLong(), random.nextLong()));
    spreadsEvenly("UUIDs that count", i -> new UUID(1, i));
  }

  private static void spreadsEvenly(String name, IntFunction<Object> ids) {
    int count = 100_000;
    Object[] all = new Object[count];
    Arrays.setAll(all, ids::apply);
    for (int tableSize : new int[] {3, 8, 10, 16, 64}) {
      Slots slots = new Slots(tableSize);
      long[] counts = new long[tableSize];
      for (Object id : all) {
        counts[slots.of(id)]++;
      }
      double expected = (double) count / tableSize;
      double chiSquare =
          Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
      // Four deviations above the mean of the distribution: one in some ten thousand is above.
      double limit = tableSize - 1 + 4 * Math.sqrt(2.0 * (tableSize - 1)) + 4;
      assertThat(chiSquare).as("%s in %s slots", name, tableSize).isLessThan(limit);
    }
  }

  private static void assertSame(Object id, Object... others) {
    for (Object other : others) {
      assertThat(IdHash.of(other)).as("%s and %s", id, other).isEqualTo(IdHash.of(id));
    }
  }
}
