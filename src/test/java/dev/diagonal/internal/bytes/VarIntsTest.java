package dev.diagonal.internal.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class VarIntsTest {

  @Property(seed = "1")
  void numbersAreReadAsTheyWereWritten(
      @ForAll List<Long> numbers, @ForAll @IntRange(max = 40) int expectedBytes) {
    VarInts.Writer out = new VarInts.Writer(expectedBytes);
    for (long number : numbers) {
      out.write(number);
      out.writeSigned(number);
    }
    VarInts.Reader in = new VarInts.Reader(out.toBytes());
    for (long number : numbers) {
      assertThat(in.read()).isEqualTo(number);
      assertThat(in.readSigned()).isEqualTo(number);
    }
  }

  @Example
  void smallNumbersTakeOneByte() {
    VarInts.Writer out = new VarInts.Writer(0);
    out.write(127);
    out.writeSigned(-64);
    assertThat(out.toBytes()).containsExactly(127, 127);
    out.write(-1);
    assertThat(out.toBytes()).hasSize(12);
  }
}
