package dev.diagonal.internal.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ByteSetTest {

  /** Members, their neighbours by one bit and by one, and bytes above 127. */
  private static final int[] ALPHABET = {
    0, 1, 9, 10, 11, 12, 13, 14, 34, 44, 45, 127, 128, 172, 255
  };

  @Property(seed = "1", tries = 2_000)
  void findsTheFirstMemberInEveryRange(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int size) {
    Random random = new Random(seed);
    int[] members = IntStream.range(0, size).map(i -> any(random)).toArray();
    ByteSet set = new ByteSet(members);
    byte[] bytes = new byte[random.nextInt(28)];
    boolean rare = random.nextBoolean();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (rare && random.nextInt(12) > 0 ? 'x' : any(random));
    }
    for (int from = 0; from <= bytes.length; from++) {
      for (int to = from; to <= bytes.length; to++) {
        int expected = from;
        while (expected < to && !isMember(members, bytes[expected])) {
          expected++;
        }
        assertThat(set.indexIn(bytes, from, to)).isEqualTo(expected);
      }
    }
  }

  @Example
  void refusesNumbersThatAreNotBytes() {
    assertThatThrownBy(() -> new ByteSet('a', -1)).hasMessage("-1 is not a byte");
    assertThatThrownBy(() -> new ByteSet('a', 256)).hasMessage("256 is not a byte");
  }

  @Example
  void equalBytesCountOnce() {
    ByteSet set = new ByteSet('a', 'a', 'b', 'a', 'a');
    assertThat(set.indexIn(new byte[] {-1, 0, 'c', 'b', 'a'}, 0, 5)).isEqualTo(3);
  }

  @Example
  void refusesNoBytesAndMoreThanFour() {
    assertThatThrownBy(() -> new ByteSet()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ByteSet(1, 2, 3, 4, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int any(Random random) {
    return ALPHABET[random.nextInt(ALPHABET.length)];
  }

  private static boolean isMember(int[] members, byte b) {
    return IntStream.of(members).anyMatch(member -> member == (b & 0xff));
  }
}
