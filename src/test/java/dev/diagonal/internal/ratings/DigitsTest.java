package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class DigitsTest {

  @Property(seed = "1", tries = 5_000)
  void readsLeadingDigitsOfAWord(@ForAll("texts") String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    for (int at = 0; at <= bytes.length; at++) {
      String digits = text.substring(at).replaceFirst("(?s)[^0-9].*", "");
      digits = digits.substring(0, Math.min(digits.length(), Digits.WORD));
      long word = Digits.wordAt(bytes, at);
      assertThat(Digits.count(word)).isEqualTo(digits.length());
      for (int count = 0; count <= digits.length(); count++) {
        assertThat(Digits.value(word, count))
            .isEqualTo(Long.parseLong("0" + digits.substring(0, count)));
      }
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Character> digit = Arbitraries.chars().range('0', '9');
    Arbitrary<Character> any = Arbitraries.chars().range('\0', '\u00ff');
    return Arbitraries.frequencyOf(Tuple.of(9, digit), Tuple.of(1, any))
        .list()
        .ofMaxSize(24)
        .map(DigitsTest::join);
  }

  private static String join(List<Character> chars) {
    StringBuilder text = new StringBuilder();
    chars.forEach(text::append);
    return text.toString();
  }
}
