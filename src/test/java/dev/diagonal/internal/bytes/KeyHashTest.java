package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;

final class KeyHashTest {

  @Property(seed = "1")
  void bytesHashAsMurmur3Does(@ForAll byte[] bytes) {
    assertThat(KeyHash.of(bytes, 0, bytes.length))
        .isEqualTo(Hashing.murmur3_32_fixed().hashBytes(bytes).asInt());
  }

  @Property(seed = "2")
  void partOfArrayHashesLikeItsCopy(@ForAll byte[] bytes, @ForAll @IntRange(max = 9) int from) {
    int start = Math.min(from, bytes.length);
    byte[] copy = Arrays.copyOfRange(bytes, start, bytes.length);
    assertThat(KeyHash.of(bytes, start, bytes.length)).isEqualTo(KeyHash.of(copy, 0, copy.length));
  }

  @Property(seed = "3")
  void aPartIsWithinItsCount(@ForAll int hash, @ForAll @IntRange(min = 1, max = 4096) int count) {
    assertThat(KeyHash.part(hash, count)).isBetween(0, count - 1);
  }

  /**
   * Others would part from what databases hold locks on, and earlier runs have brought together.
   */
  @Example
  void hashesStayWhatTheyAre() {
    assertThat(KeyHash.of(0L)).isZero();
    assertThat(KeyHash.of(1L)).isEqualTo(-1269383940);
    assertThat(KeyHash.of("diagonal".getBytes(UTF_8), 0, 8)).isEqualTo(638952707);
  }
}
