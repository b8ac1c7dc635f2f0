package dev.diagonal.ratings.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RatingFormatTest {

  @Test
  void refusesDelimitersOfNumbersAndQuotes() {
    for (char c : "0a\"+-.\n\ré\u0000".toCharArray()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new RatingFormat(true, String.valueOf(c), "1", "2", "none", "none"))
          .withMessageStartingWith("delimiter must be a tab or ASCII characters");
    }
    for (char c : ",;|\t :_".toCharArray()) {
      assertThat(new RatingFormat(true, String.valueOf(c), "1", "2", "none", "none").delimiter())
          .isEqualTo(String.valueOf(c));
    }
  }

  @Test
  void refusesColumnsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RatingFormat(true, ",", " ", "2", "none", "none"))
        .withMessage("a column must be a name or a position, got ' '");
    for (String column : new String[] {"movieId", "0", "-1"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new RatingFormat(false, ",", column, "2", "none", "none"))
          .withMessage("without a header a column must be a position from 1, got '" + column + "'");
    }
  }
}
