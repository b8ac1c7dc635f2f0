package dev.diagonal.internal.jdbc.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How keys are compared. */
final class WireRowsTest {

  @Test
  void comparesRangesAsUnsignedBytes() {
    SplittableRandom random = new SplittableRandom(16);
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(3) - 1); // long common prefixes, and bytes of both signs
    }
    int differing = 0;
    for (int round = 0; round < 100_000; round++) {
      int from = random.nextInt(200);
      int to = from + random.nextInt(30);
      int otherFrom = random.nextInt(10) == 0 ? from : random.nextInt(200);
      int otherTo = otherFrom + random.nextInt(30);
      int expected = Arrays.compareUnsigned(bytes, from, to, bytes, otherFrom, otherTo);
      differing += expected == 0 ? 0 : 1;
      assertThat(Integer.signum(WireRows.compare(bytes, from, to, otherFrom, otherTo)))
          .as("%s-%s, %s-%s", from, to, otherFrom, otherTo)
          .isEqualTo(Integer.signum(expected));
    }
    assertThat(differing).isBetween(1_000, 99_900);
  }
}
