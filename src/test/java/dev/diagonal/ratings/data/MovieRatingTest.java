package dev.diagonal.ratings.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.apache.beam.sdk.testing.CoderProperties;

class MovieRatingTest {

  @Example
  void roundsMeanHalfUpToSixDigits() {
    assertThat(mean(10_000, 3)).isEqualTo("3.333333");
    assertThat(mean(20_000, 3)).isEqualTo("6.666667");
    assertThat(mean(1, 2_000)).isEqualTo("0.000001"); // 0.0000005 exactly
    assertThat(mean(3, 2_000)).isEqualTo("0.000002"); // 0.0000015: half even would say so too
    assertThat(mean(5, 2_000)).isEqualTo("0.000003"); // 0.0000025: half even would say 2
    assertThat(mean(-5, 2_000)).isEqualTo("-0.000003");
    assertThat(mean(4_000, 1)).isEqualTo("4.000000");
  }

  @Example
  void figuresHaveThreeFractionDigits() {
    MovieRating rating = new MovieRating(1, 2, 4_500, -500, 5_000);
    assertThat(rating.sum()).hasToString("4.500");
    assertThat(rating.min()).hasToString("-0.500");
    assertThat(rating.max()).hasToString("5.000");
  }

  @Example
  void everyMovieHasRatings() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MovieRating(1, 0, 0, 0, 0))
        .withMessage("count must be > 0, got 0");
  }

  @Property(seed = "1")
  void survivesItsCoder(
      @ForAll long movie,
      @ForAll @LongRange(min = 1) long count,
      @ForAll long sum,
      @ForAll int min,
      @ForAll int max)
      throws Exception {
    CoderProperties.coderDecodeEncodeEqual(
        MovieRating.coder(), new MovieRating(movie, count, sum, min, max));
  }

  private static String mean(long sumThousandths, long count) {
    return new MovieRating(1, count, sumThousandths, 0, 0).mean().toString();
  }
}
