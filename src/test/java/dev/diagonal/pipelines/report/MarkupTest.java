package dev.diagonal.pipelines.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MarkupTest {

  @Test
  void escapesTextAndAttributes() {
    assertThat(new Markup().element("p", "a<b> & \"c\"\u0000", "title", "\"><script>").toString())
        .isEqualTo(
            "<p title=\"&quot;&gt;&lt;script&gt;\">a&lt;b&gt; &amp; &quot;c&quot;\ufffd</p>\n");
  }

  @Test
  void refusesElementsLeftOpen() {
    Markup open = new Markup().open("p");
    assertThatThrownBy(open::toString)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[p]");
  }

  @Test
  void choosesRoundTicks() {
    assertThat(Figures.ticks(87, 4)).containsExactly(0.0, 50.0, 100.0);
    assertThat(Figures.ticks(0.3, 4)).startsWith(0.0).hasSizeBetween(4, 6);
  }

  @Test
  void writesNumbersForPeople() {
    assertThat(Figures.brief(1_234_567)).isEqualTo("1.23M");
    assertThat(Figures.brief(999_600)).isEqualTo("1M");
    assertThat(Figures.brief(300_000)).isEqualTo("300k");
    assertThat(Figures.time(0)).isEqualTo("0");
    assertThat(Figures.time(0.0015)).isEqualTo("1.5 ms");
    assertThat(Figures.time(185)).isEqualTo("3 min 5 s");
  }
}
