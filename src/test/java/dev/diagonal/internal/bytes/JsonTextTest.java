package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class JsonTextTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Property
  void jacksonReadsTheSameText(@ForAll String text, @ForAll @IntRange(max = 9) int offset)
      throws IOException {
    String valid = new String(text.getBytes(UTF_8), UTF_8);
    byte[] bytes = ("x".repeat(offset) + valid + "\"\\").getBytes(UTF_8);
    ByteBuilder out = new ByteBuilder(0);
    JsonText.put(out, bytes, offset, bytes.length - 2);
    assertThat(JSON.readValue(out.toByteArray(), String.class)).isEqualTo(valid);
  }

  @Example
  void longTextIsWrittenLikeShortText() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append((char) (i % 300));
    }
    byte[] bytes = text.toString().getBytes(UTF_8);
    ByteBuilder out = new ByteBuilder(0);
    JsonText.put(out, bytes, 0, bytes.length);
    assertThat(JSON.readValue(out.toByteArray(), String.class)).isEqualTo(text.toString());
    ByteBuilder head = new ByteBuilder(0);
    JsonText.put(head, bytes, 0, 400);
    String unclosed = head.toString().substring(0, head.toString().length() - 1);
    assertThat(out.toString()).startsWith(unclosed);
  }
}
