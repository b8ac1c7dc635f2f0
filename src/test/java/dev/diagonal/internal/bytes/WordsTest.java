package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WordsTest {

  @Property(seed = "1", tries = 2_000)
  void theLowestMarkIsTheFirstEqualByte(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[Words.BYTES + 3];
    random.nextBytes(bytes);
    int wanted = random.nextInt(256);
    for (int i = 0; i < bytes.length; i++) {
      // Equal bytes, and those that differ in one bit.
      bytes[i] = random.nextInt(3) == 0 ? (byte) (wanted ^ (random.nextInt(2))) : bytes[i];
    }
    for (int at = 0; at <= bytes.length - Words.BYTES; at++) {
      int expected = 0;
      while (expected < Words.BYTES && bytes[at + expected] != (byte) wanted) {
        expected++;
      }
      long marks = Words.equalBytes(Words.at(bytes, at), Words.of(wanted));
      assertThat(Words.first(marks)).isEqualTo(expected);
      assertThat(marks == 0).isEqualTo(expected == Words.BYTES);
    }
  }

  @Property(seed = "2", tries = 2_000)
  void copiesAsTheSystemDoes(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] from = new byte[random.nextInt(60)];
    byte[] to = new byte[random.nextInt(60)];
    random.nextBytes(from);
    random.nextBytes(to);
    int start = random.nextInt(from.length + 1);
    int at = random.nextInt(to.length + 1);
    int length = random.nextInt(Math.min(from.length - start, to.length - at) + 1);
    byte[] expected = to.clone();
    System.arraycopy(from, start, expected, at, length);
    byte[] before = to.clone();
    Words.copy(from, start, to, at, length);
    int changed = Math.min(to.length, at + Math.max(length, 2 * Words.BYTES));
    assertThat(Arrays.copyOf(to, at + length)).isEqualTo(Arrays.copyOf(expected, at + length));
    assertThat(Arrays.copyOfRange(to, changed, to.length))
        .isEqualTo(Arrays.copyOfRange(before, changed, to.length));
  }

  @Example
  void findsBytesAboveAsciiAnywhere() {
    for (int length = 0; length <= 20; length++) {
      byte[] bytes = "x".repeat(length).getBytes(ISO_8859_1);
      for (int odd = 0; odd < length; odd++) {
        for (int high : new int[] {0x80, 0xff}) {
          bytes[odd] = (byte) high;
          for (int from = 0; from <= length; from++) {
            for (int to = from; to <= length; to++) {
              assertThat(Words.areAscii(bytes, from, to)).isEqualTo(odd < from || odd >= to);
            }
          }
          bytes[odd] = 0x7f;
        }
      }
    }
  }
}
