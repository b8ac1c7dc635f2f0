package dev.diagonal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.block.TextBlock;
import dev.diagonal.block.TextFile;
import dev.diagonal.fault.BadLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class RatingParserTest {

  private static final long FILE_OFFSET = 1_000;

  /** Lines with their line ends, and how they are to be read. */
  private record Text(RatingFormat format, TextFile file, List<String> lines) {}

  private record Rating(long movie, int thousandths) {}

  private record Parsed(List<Rating> ratings, List<BadLine> bad) {}

  @Property(seed = "1", tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void everyLineIsARatingOrABadLineAsTheCarefulReaderSays(
      @ForAll("texts") Text text, @ForAll @IntRange(min = 1, max = 5) int batch) {
    RatingFormat.Columns columns = text.format().columnsOf(text.file());
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
          expected.bad().add(new BadLine(text.file().name(), offset, fault, content));
        }
      }
      offset += line.getBytes(UTF_8).length;
    }
    assertThat(parse(text, batch)).isEqualTo(expected);
  }

  @Property(seed = "2", tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void aLineIsARatingIfANaiveReaderFindsOne(@ForAll("texts") Text text) {
    RatingFormat.Columns columns = text.format().columnsOf(text.file());
    List<Rating> expected = new ArrayList<>();
    long bad = 0;
    for (String line : text.lines()) {
      String content = line.replaceFirst("\r?\n$", "");
      Optional<NaiveRatings.Rating> rating =
          NaiveRatings.read(content, text.format().delimiter(), columns);
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
    Text text =
        new Text(
            RatingFormat.MOVIELENS,
            new TextFile("r.csv", "userId,movieId,rating,timestamp"),
            List.of("1,2,4.5,3\r\n", "\n", "1,é,4.5,3\r\n", "1,2,4.5,3 \n", "1,2,4.5\n"));
    assertThat(parse(text, 512))
        .isEqualTo(
            new Parsed(
                List.of(new Rating(2, 4_500)),
                List.of(
                    new BadLine("r.csv", 1_012, "the movie 'é' is not a whole number", "1,é,4.5,3"),
                    new BadLine(
                        "r.csv", 1_024, "the timestamp '3 ' is not a whole number", "1,2,4.5,3 "),
                    new BadLine("r.csv", 1_035, "3 fields where the header has 4", "1,2,4.5"))));
  }

  @Example
  void aFileMayHaveOtherColumnsThanTheOneBefore() {
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

  @Provide
  Arbitrary<Text> texts() {
    return layouts().flatMap(RatingParserTest::texts);
  }

  /** Formats with their files: names in any order, positions, with and without a header. */
  private static Arbitrary<Text> layouts() {
    Arbitrary<Character> delimiter = Arbitraries.of(',', ',', ';', '\t', '|', ' ');
    Arbitrary<Text> named =
        Combinators.combine(
                delimiter,
                Arbitraries.shuffle("userId", "movieId", "rating", "timestamp", "title", "x"),
                Arbitraries.integers().between(0, 2))
            .as(
                (d, names, dropped) -> {
                  List<String> left = new ArrayList<>(names);
                  left.removeAll(List.of("title", "x").subList(0, dropped));
                  String header = String.join("" + d, left);
                  RatingFormat format =
                      new RatingFormat(true, d, "movieId", "rating", "userId", "timestamp");
                  return new Text(format, new TextFile("r.csv", header), List.of());
                });
    Arbitrary<Text> byPosition =
        Combinators.combine(
                delimiter, Arbitraries.shuffle("1", "2", "3", "4"), Arbitraries.of(true, false))
            .as(
                (d, positions, checked) ->
                    new Text(
                        new RatingFormat(
                            false,
                            d,
                            positions.get(0),
                            positions.get(1),
                            checked ? positions.get(2) : RatingFormat.NONE,
                            checked ? positions.get(3) : RatingFormat.NONE),
                        new TextFile("r.csv", null),
                        List.of()));
    return Arbitraries.oneOf(named, byPosition);
  }

  private static Arbitrary<Text> texts(Text layout) {
    RatingFormat.Columns columns = layout.format().columnsOf(layout.file());
    int width = columns.fields() == 0 ? columns.last() + 1 : columns.fields();
    String delimiter = "" + layout.format().delimiter();
    Arbitrary<Integer> fields =
        Arbitraries.frequency(
            Tuple.of(12, width), Tuple.of(1, width + 1), Tuple.of(1, Math.max(1, width - 1)));
    Arbitrary<String> line = fields.flatMap(count -> line(count, columns, delimiter));
    Arbitrary<String> any =
        Arbitraries.frequencyOf(
            Tuple.of(12, line),
            Tuple.of(1, Arbitraries.strings().withChars("1.,;\"-\r é").ofMaxLength(12)),
            Tuple.of(1, Arbitraries.just("")));
    return Combinators.combine(any, Arbitraries.of("\n", "\n", "\r\n"))
        .as(String::concat)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(lines -> new Text(layout.format(), layout.file(), lines));
  }

  private static Arbitrary<String> line(
      int fields, RatingFormat.Columns columns, String delimiter) {
    List<Arbitrary<String>> parts = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      Arbitrary<String> usual =
          i == columns.rating()
              ? Arbitraries.of("4", "4.5", "0.5", "3.25", "5.000", "123456.789", "10")
              : Arbitraries.frequencyOf(Tuple.of(3, digits(1, 10)), Tuple.of(1, digits(1, 20)));
      parts.add(Arbitraries.frequencyOf(Tuple.of(20, usual), Tuple.of(1, odd(delimiter))));
    }
    return Combinators.combine(parts).as(values -> String.join(delimiter, values));
  }

  private static Arbitrary<String> odd(String delimiter) {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            " 4",
            "4 ",
            "-4",
            "+4.5",
            ".5",
            "4.",
            ".",
            "-",
            "4.5555",
            "4.12345678",
            "1000000",
            "1000000.000",
            "1000000.001",
            "9999999",
            "12345678.5",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "00000000000000000000000000001",
            "4.5.6",
            "4\r",
            "\r",
            "é",
            "４",
            "\"4.5\"",
            "\"7\"",
            "\"",
            "\"\"",
            "\"4\"x",
            "4\"",
            "\"4\"\"5\"",
            "\"a" + delimiter + "b\"",
            "4\0"),
        Arbitraries.strings().withChars("0123456789.").ofMaxLength(14));
  }

  private static Arbitrary<String> digits(int least, int most) {
    return Arbitraries.strings().withCharRange('0', '9').ofMinLength(least).ofMaxLength(most);
  }

  private static Parsed parse(Text text, int batchRatings) {
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
