package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class RatingParserTest {

  private static final long FILE_OFFSET = 1_000;

  private record Rating(long movie, int thousandths) {}

  private record Parsed(List<Rating> ratings, List<DeadLetter> bad) {}

  @Property(seed = "1", tries = 5_000, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheCarefulReader(
      @ForAll("texts") RatingTexts.Text text, @ForAll @IntRange(min = 1, max = 5) int batch) {
    RatingLayout.Columns columns = RatingLayout.columnsOf(text.format(), text.file());
    RatingLine careful = new RatingLine(text.format(), columns);
    Parsed expected = new Parsed(new ArrayList<>(), new ArrayList<>());
    long offset = FILE_OFFSET;
    for (String line : text.lines()) {
      String content = line.replaceFirst("\r?\n$", "");
      if (!content.isEmpty()) {
        String fault = careful.read(content, columns.fields() == 0);
        if (fault == null) {
          expected.ratings().add(new Rating(careful.movie(), careful.rating()));
        } else {
          expected.bad().add(new DeadLetter(text.file().name(), offset, fault, content));
        }
      }
      offset += line.getBytes(UTF_8).length;
    }
    assertThat(parse(text, batch)).isEqualTo(expected);
  }

  @Property(seed = "2", tries = 5_000, edgeCases = EdgeCasesMode.NONE)
  void parsesLinesLikeNaiveReader(@ForAll("texts") RatingTexts.Text text) {
    RatingLayout.Columns columns = RatingLayout.columnsOf(text.format(), text.file());
    List<Rating> expected = new ArrayList<>();
    long bad = 0;
    for (String line : text.lines()) {
      String content = line.replaceFirst("\r?\n$", "");
      Optional<NaiveRatings.Rating> rating =
          NaiveRatings.read(content, text.format().delimiter().charAt(0), columns);
      rating.ifPresent(
          r -> expected.add(new Rating(r.movie(), r.rating().movePointRight(3).intValueExact())));
      bad += rating.isEmpty() && !content.isEmpty() ? 1 : 0;
    }
    Parsed parsed = parse(text, 512);
    assertThat(parsed.ratings()).isEqualTo(expected);
    assertThat(parsed.bad()).hasSize((int) bad);
  }

  @Example
  void badLinesHaveFileOffsetReasonAndText() {
    RatingTexts.Text text =
        new RatingTexts.Text(
            RatingFormat.MOVIELENS,
            new TextFile("r.csv", "userId,movieId,rating,timestamp"),
            List.of("1,2,4.5,3\r\n", "\n", "1,é,4.5,3\r\n", "1,2,4.5,3 \n", "1,2,4.5\n"));
    assertThat(parse(text, 512))
        .isEqualTo(
            new Parsed(
                List.of(new Rating(2, 4_500)),
                List.of(
                    new DeadLetter(
                        "r.csv", 1_012, "the movie 'é' is not a whole number", "1,é,4.5,3"),
                    new DeadLetter(
                        "r.csv", 1_024, "the timestamp '3 ' is not a whole number", "1,2,4.5,3 "),
                    new DeadLetter("r.csv", 1_035, "3 fields, but the header has 4", "1,2,4.5"))));
  }

  @Example
  void fileMayHaveOtherColumnsThanPreviousFile() {
    RatingParser parser = new RatingParser(RatingFormat.MOVIELENS);
    parser.open(new TextFile("a.csv", "userId,movieId,rating,timestamp"));
    RatingBatch ratings = new RatingBatch(2);
    TextBlock first = TextBlock.of("1,2,3,4\n".getBytes(UTF_8), 0);
    parser.parse(first, 0, ratings, bad -> {});
    parser.open(new TextFile("b.csv", "rating,movieId"));
    TextBlock second = TextBlock.of("5,6\n".getBytes(UTF_8), 0);
    parser.parse(second, 0, ratings, bad -> {});
    assertThat(ratings.size()).isEqualTo(2);
    assertThat(ratings.movie(1)).isEqualTo(6);
    assertThat(ratings.rating(1)).isEqualTo(5_000);
  }

  /** Drawn from a seed by plain code, which is a hundred times as fast as arbitraries are here. */
  @Provide
  Arbitrary<RatingTexts.Text> texts() {
    return Arbitraries.longs().map(seed -> new RatingTexts(new Random(seed)).any());
  }

  private static Parsed parse(RatingTexts.Text text, int batchRatings) {
    RatingParser parser = new RatingParser(text.format());
    parser.open(text.file());
    TextBlock block = TextBlock.of(String.join("", text.lines()).getBytes(UTF_8), FILE_OFFSET);
    RatingBatch batch = new RatingBatch(batchRatings);
    Parsed parsed = new Parsed(new ArrayList<>(), new ArrayList<>());
    for (int next = block.start(); next < block.end(); ) {
      next = parser.parse(block, next, batch, parsed.bad()::add);
      for (int i = 0; i < batch.size(); i++) {
        parsed.ratings().add(new Rating(batch.movie(i), batch.rating(i)));
      }
      batch.clear();
    }
    return parsed;
  }
}
