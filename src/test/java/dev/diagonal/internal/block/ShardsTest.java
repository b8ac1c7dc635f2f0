package dev.diagonal.internal.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShardsTest {

  @Property(seed = "1")
  void everyKeyHasOneOfTheShards(
      @ForAll long key, @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 4096) int count) {
    assertThat(new Shards(count).of(key)).isBetween(0, count - 1);
    assertThat(new Shards(count).of(bytes)).isBetween(0, count - 1);
  }

  @Property(seed = "2")
  void theSameKeyHasTheSameShard(
      @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 4096) int count) {
    assertThat(new Shards(count).of(bytes.clone())).isEqualTo(new Shards(count).of(bytes));
  }

  /** Another hash would split what earlier runs have brought together. */
  @Example
  void shardsStayWhatTheyAre() {
    assertThat(LongStream.of(0, 1, 2, -1, Long.MIN_VALUE).mapToInt(new Shards(1000)::of))
        .containsExactly(0, 704, 229, 393, 560);
  }

  @Example
  void idsOfAnyStrideSpreadEvenly() {
    spreadsEvenly(i -> i);
    spreadsEvenly(i -> 2 * i);
    spreadsEvenly(i -> 8 * i);
    spreadsEvenly(i -> 4096 * i);
    spreadsEvenly(i -> -i);
    spreadsEvenly(i -> i << 40);
    spreadsEvenly(i -> Long.MIN_VALUE + i);
  }

  @Example
  void refusesTooFewAndTooMany() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Shards(0))
        .withMessage("the number of shards must be 1 to 4096, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Shards(4097))
        .withMessage("the number of shards must be 1 to 4096, got 4097");
  }

  private static void spreadsEvenly(LongUnaryOperator id) {
    for (int count : new int[] {2, 7, 16, 100}) {
      Shards shards = new Shards(count);
      long[] ofNumbers = new long[count];
      long[] ofBytes = new long[count];
      long[] ofText = new long[count];
      for (int i = 0; i < 100_000; i++) {
        long key = id.applyAsLong(i);
        ofNumbers[shards.of(key)]++;
        ofBytes[shards.of(ByteBuffer.allocate(8).putLong(key).array())]++;
        ofText[shards.of(Long.toString(key).getBytes(UTF_8))]++;
      }
      // Mean count - 1, deviation sqrt(2 (count - 1)): five deviations, and room for few shards.
      double limit = count - 1 + 5 * Math.sqrt(2.0 * (count - 1)) + 5;
      assertThat(chiSquare(ofNumbers)).isLessThan(limit);
      assertThat(chiSquare(ofBytes)).isLessThan(limit);
      assertThat(chiSquare(ofText)).isLessThan(limit);
    }
  }

  private static double chiSquare(long[] counts) {
    double expected = (double) LongStream.of(counts).sum() / counts.length;
    return LongStream.of(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
  }
}
