package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ByteBuilderTest {

  private final ByteBuilder out = new ByteBuilder(0);

  @Property
  void putsNumbersAsTheJdkDoes(@ForAll long number) {
    ByteBuilder digits = new ByteBuilder(1);
    digits.putNumber(number);
    assertThat(digits.toString()).isEqualTo(Long.toString(number));
  }

  @Property
  void putsTextInUtf8(@ForAll String text) {
    ByteBuilder utf8 = new ByteBuilder(1);
    utf8.put(text);
    assertThat(utf8.toByteArray()).isEqualTo(text.getBytes(UTF_8));
  }

  @Example
  void putsBinaryNumbersInNetworkOrder() {
    out.putShort(-2);
    out.putInt(3);
    out.putLong(-4);
    out.put(5);
    assertThat(out.toByteArray())
        .isEqualTo(
            ByteBuffer.allocate(15)
                .putShort((short) -2)
                .putInt(3)
                .putLong(-4)
                .put((byte) 5)
                .array());
  }

  @Example
  void fieldsStartWithTheirLength() {
    out.put('x');
    int start = out.startField();
    out.put("né");
    out.endField(start);
    assertThat(out.toByteArray())
        .isEqualTo(
            ByteBuffer.allocate(8).put((byte) 'x').putInt(3).put("né".getBytes(UTF_8)).array());
  }

  @Example
  void truncatesAndClears() {
    out.put("abc");
    out.truncate(2);
    out.putPadded(7, 3);
    assertThat(out.toString()).isEqualTo("ab007");
    out.clear();
    assertThat(out.size()).isZero();
  }
}
