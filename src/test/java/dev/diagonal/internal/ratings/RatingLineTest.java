package dev.diagonal.internal.ratings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.ratings.data.RatingFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingLineTest {

  /** As MovieLens: user, movie, rating, timestamp. */
  private final RatingLine line =
      new RatingLine(RatingFormat.MOVIELENS, new RatingLayout.Columns(1, 2, 0, 3, 4));

  @ParameterizedTest
  @CsvSource({
    "4, 4000",
    "4., 4000",
    "4.5, 4500",
    "4.55, 4550",
    "4.555, 4555",
    ".5, 500",
    "0, 0",
    "-0.5, -500",
    "+4.5, 4500",
    "0000000000004.5, 4500",
    "1000000, 1000000000",
    "1000000.000, 1000000000",
    "-1000000, -1000000000"
  })
  void acceptsRatingsWithUpToThreeFractionDigits(String text, int thousandths) {
    assertThat(line.read("1,2," + text + ",3", false)).isNull();
    assertThat(line.rating()).isEqualTo(thousandths);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''", "' 4'", "'4 '", "4.5555", ".", "-", "+", "-.", "4,5", "4e0", "0x4", "NaN", "4.5.5",
        "４", "--4", "4-"
      })
  void otherRatingsAreBad(String text) {
    assertThat(line.read("1,2,\"" + text + "\",3", false))
        .isEqualTo("the rating '%s' is not a decimal number with up to 3 fraction digits", text);
  }

  @ParameterizedTest
  @CsvSource({"1000000.001", "1000001", "-1000000.001", "99999999999999999999999", "9999999999"})
  void ratingsBeyondAMillionAreBad(String text) {
    assertThat(line.read("1,2," + text + ",3", false))
        .isEqualTo("the rating '%s' is greater than 1,000,000", text);
  }

  @Test
  void moviesAre64BitNumbers() {
    for (String movie : new String[] {"9223372036854775807", "-9223372036854775808", "+7", "007"}) {
      assertThat(line.read("1," + movie + ",4,3", false)).isNull();
      assertThat(line.movie()).isEqualTo(Long.parseLong(movie));
    }
    assertThat(line.read("1,9223372036854775808,4,3", false))
        .isEqualTo("the movie '9223372036854775808' does not fit 64 bits");
    assertThat(line.read("1,tt001,4,3", false))
        .isEqualTo("the movie 'tt001' is not a whole number");
    assertThat(line.read("1,,4,3", false)).isEqualTo("the movie '' is not a whole number");
  }

  @Test
  void userAndTimestampAreCheckedToo() {
    assertThat(line.read("me,2,4,3", false)).isEqualTo("the user 'me' is not a whole number");
    assertThat(line.read("1,2,4,3 rubbish", false))
        .isEqualTo("the timestamp '3 rubbish' is not a whole number");
    assertThat(line.read("1,2,4,99999999999999999999", false))
        .isEqualTo("the timestamp '99999999999999999999' does not fit 64 bits");
  }

  @Test
  void doesNotCheckMissingColumn() {
    RatingLine two =
        new RatingLine(RatingFormat.MOVIELENS, new RatingLayout.Columns(0, 1, -1, -1, 4));
    assertThat(two.read("2,4,x,y", false)).isNull();
  }

  @Test
  void readsQuotedField() {
    assertThat(line.read("\"1\",\"2\",\"4.5\",\"3\"", false)).isNull();
    assertThat(line.movie()).isEqualTo(2);
    assertThat(line.rating()).isEqualTo(4_500);
    assertThat(line.read("1,\"2\"\"3\",4,3", false))
        .isEqualTo("the movie '2\"3' is not a whole number");
    assertThat(line.read("1,\"2,3\",4,3", false))
        .isEqualTo("the movie '2,3' is not a whole number");
    assertThat(line.read("1,2,4,\"3", false)).isEqualTo("a quote is not closed");
    assertThat(line.read("1,2,4,\"3\"\"", false)).isEqualTo("a quote is not closed");
    assertThat(line.read("1,\"2\"3,4,3", false)).isEqualTo("text follows a closing quote");
    assertThat(line.read("1,2\"\",4,3", false))
        .isEqualTo("the movie '2\"\"' is not a whole number");
  }

  @Test
  void fieldsAreCounted() {
    assertThat(line.read("1,2,4", false)).isEqualTo("3 fields, but the header has 4");
    assertThat(line.read("1,2,4,3,", false)).isEqualTo("5 fields, but the header has 4");
    assertThat(line.read("1,2,4", true)).isEqualTo("3 fields, but at least 4 are needed");
    assertThat(line.read("1,2,4,3,x,\"y,z\"", true)).isNull();
  }

  @Test
  void longFieldsAreCutInReasons() {
    assertThat(line.read("1," + "x".repeat(41) + ",4,3", false))
        .isEqualTo("the movie '" + "x".repeat(40) + "…' is not a whole number");
  }
}
