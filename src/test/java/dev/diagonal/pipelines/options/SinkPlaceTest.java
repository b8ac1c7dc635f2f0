package dev.diagonal.pipelines.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.options.SinkPlace.Kind;
import org.junit.jupiter.api.Test;

final class SinkPlaceTest {

  private static final String URL = "jdbc:postgresql://h/d";

  @Test
  void withNoSinkGivenItIsEmbedded() {
    SinkPlace place = SinkPlace.of(null, null, null, null);
    assertThat(place).isEqualTo(new SinkPlace(Kind.EMBEDDED, null));
    assertThat(place.isEmbedded()).isTrue();
    assertThat(place.isNone() || place.isUrl()).isFalse();
  }

  @Test
  void withAnotherSinkGivenItIsNone() {
    SinkPlace place = SinkPlace.of(null, "out.csv", null, null);
    assertThat(place).isEqualTo(new SinkPlace(Kind.NONE, null));
    assertThat(place.isNone()).isTrue();
    assertThat(place.isEmbedded() || place.isUrl()).isFalse();
    assertThat(SinkPlace.of(null, null, null, "none").isNone()).isTrue();
  }

  @Test
  void aUrlIsKept() {
    SinkPlace place = SinkPlace.of(URL, null, URL, null);
    assertThat(place).isEqualTo(new SinkPlace(Kind.URL, URL));
    assertThat(place.isUrl()).isTrue();
    assertThat(place.isEmbedded() || place.isNone()).isFalse();
  }

  @Test
  void whatIsAskedForByNameHolds() {
    assertThat(SinkPlace.of("none", null, "none", null).isNone()).isTrue();
    assertThat(SinkPlace.of("embedded", "out.csv", "embedded", URL).isEmbedded()).isTrue();
  }
}
