package dev.diagonal.internal.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.ratings.RatingLayout.Columns;
import dev.diagonal.ratings.data.RatingFormat;
import org.junit.jupiter.api.Test;

class RatingLayoutTest {

  private static final RatingFormat MOVIELENS = RatingFormat.MOVIELENS;

  @Test
  void columnsAreFoundByNameInAnyOrder() {
    assertThat(columns(MOVIELENS, "userId,movieId,rating,timestamp"))
        .isEqualTo(new Columns(1, 2, 0, 3, 4));
    assertThat(columns(MOVIELENS, "x,timestamp,rating,y,movieId,userId"))
        .isEqualTo(new Columns(4, 2, 5, 1, 6));
  }

  @Test
  void acceptsQuotedNamesAndSpaces() {
    assertThat(columns(MOVIELENS, "\"a,b\", \"movieId\" , rating"))
        .isEqualTo(new Columns(1, 2, -1, -1, 3));
  }

  @Test
  void columnsAreFoundByPositionFromOne() {
    assertThat(columns(format("3", "1", "none", "none"), "a,b,c"))
        .isEqualTo(new Columns(2, 0, -1, -1, 3));
  }

  @Test
  void nameThatLooksLikePositionIsName() {
    assertThat(columns(format("3", "rating", "none", "none"), "3,rating,x"))
        .isEqualTo(new Columns(0, 1, -1, -1, 3));
  }

  @Test
  void missingColumnIsNamedWithFileAndHeader() {
    assertThatThrownBy(() -> columns(MOVIELENS, "userId,movie,rating"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("r.csv has no column 'movieId': its first line is 'userId,movie,rating'");
    assertThatThrownBy(() -> columns(format("1", "4", "none", "none"), "a,b,c"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("r.csv has no column '4': its first line is 'a,b,c'");
    assertThatThrownBy(() -> columns(MOVIELENS, "x".repeat(500)))
        .hasMessageEndingWith("its first line is '" + "x".repeat(200) + "…'");
  }

  @Test
  void onlyDefaultUserAndTimestampMayBeMissing() {
    assertThat(columns(MOVIELENS, "movieId,rating")).isEqualTo(new Columns(0, 1, -1, -1, 2));
    assertThatThrownBy(
            () -> columns(format("movieId", "rating", "viewer", "none"), "movieId,rating"))
        .hasMessageContaining("no column 'viewer'");
    assertThatThrownBy(() -> columns(format("movieId", "rating", "none", "when"), "movieId,rating"))
        .hasMessageContaining("no column 'when'");
  }

  @Test
  void withoutAHeaderFieldsMayFollow() {
    assertThat(RatingLayout.columnsOf(MOVIELENS.withoutHeader(), new TextFile("r.csv", null)))
        .isEqualTo(new Columns(1, 2, 0, 3, 0));
  }

  @Test
  void usedColumnIsNotCheckedAgain() {
    assertThat(columns(format("2", "1", "1", "2"), "rating,movie"))
        .isEqualTo(new Columns(1, 0, -1, -1, 2));
  }

  @Test
  void movieAndRatingAreTwoColumns() {
    assertThatThrownBy(() -> columns(format("2", "rating", "none", "none"), "a,rating"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "r.csv: the movie and the rating cannot both be column 2; '2' and 'rating' are");
  }

  private static RatingFormat format(String movie, String rating, String user, String timestamp) {
    return new RatingFormat(true, ",", movie, rating, user, timestamp);
  }

  private static Columns columns(RatingFormat format, String header) {
    return RatingLayout.columnsOf(format, new TextFile("r.csv", header));
  }
}
