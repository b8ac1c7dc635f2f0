package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class LineEndsTest {

  @Property(seed = "1", tries = 2_000)
  void returnsWithoutALineFeedBecomeLineFeeds(@ForAll("texts") String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int normalized = LineEnds.normalize(bytes, 0, bytes.length, true);
    assertThat(normalized).isEqualTo(bytes.length);
    assertThat(new String(bytes, UTF_8)).isEqualTo(text.replaceAll("\r(?!\n)", "\n"));
  }

  @Property(seed = "2", tries = 2_000)
  void aLastReturnWaitsForWhatFollows(@ForAll("texts") String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int normalized = LineEnds.normalize(bytes, 0, bytes.length, false);
    assertThat(normalized).isEqualTo(text.endsWith("\r") ? bytes.length - 1 : bytes.length);
    assertThat(bytes.length == normalized || bytes[normalized] == '\r').isTrue();
  }

  @Property(seed = "3", tries = 1_000)
  void rangesAndCountsKnowTheSameLines(@ForAll("texts") String text) throws IOException {
    List<Integer> starts = lineStarts(text);
    for (int start = 1; start <= text.length(); start++) {
      int from = start;
      int expected = starts.stream().filter(line -> line >= from).findFirst().orElse(text.length());
      assertThat(LineEnds.firstLineFrom(from(text, start - 1), start)).isEqualTo(expected);
    }
    for (int i = 0; i < starts.size(); i++) {
      assertThat(LineEnds.countBefore(from(text, 0), starts.get(i))).isEqualTo(i);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("\r\r\n\nabcdefgh").ofMaxLength(80);
  }

  /** The oracle; a line may be empty, and the last one has a character. */
  private static List<Integer> lineStarts(String text) {
    List<Integer> starts = new ArrayList<>();
    int next = 0;
    while (next < text.length()) {
      starts.add(next);
      int end = next;
      while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
        end++;
      }
      next = text.startsWith("\r\n", end) ? end + 2 : end + 1;
    }
    return starts;
  }

  private static ReadableByteChannel from(String text, int offset) {
    byte[] bytes = text.getBytes(UTF_8);
    return Channels.newChannel(new ByteArrayInputStream(bytes, offset, bytes.length - offset));
  }
}
