package dev.diagonal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.ratings.data.RatingFormat;
import dev.diagonal.testing.Compressed;
import dev.diagonal.testing.ExactTotals;
import dev.diagonal.testing.Runner;
import dev.diagonal.textfile.WriteDeadLetters;
import dev.diagonal.textfile.WriteTextFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AggregateRatingsTest {

  private static final String HEADER = "userId,movieId,rating,timestamp\n";

  private final Path directory;

  AggregateRatingsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void totalsDoNotDependOnFileFormat(Runner runner) throws Exception {
    List<String> lines = lines(600);
    String plain = HEADER + String.join("", lines);
    // Each of these holds the same ratings; a directory with n of them has n times as many.
    write("plain.csv", plain.getBytes(UTF_8));
    write("crlf.csv", plain.replace("\n", "\r\n").getBytes(UTF_8));
    write("no-last-line-end.csv", plain.substring(0, plain.length() - 1).getBytes(UTF_8));
    write("mark.csv", ("\uFEFF" + plain).getBytes(UTF_8));
    write("quoted.csv", plain.replaceAll("[^,\n]+", "\"$0\"").getBytes(UTF_8));
    write("empty-lines.csv", plain.replace("\n", "\n\n").getBytes(UTF_8));
    write("columns.csv", turned(plain).getBytes(UTF_8));
    for (Compressed format : Compressed.values()) {
      write("one" + format.extension(), format.compress(plain.getBytes(UTF_8)));
      byte[] head = format.compress(plain.substring(0, 1_001).getBytes(UTF_8));
      byte[] tail = format.compress(plain.substring(1_001).getBytes(UTF_8));
      write("two-members" + format.extension(), concat(head, tail));
    }
    write("empty.csv", new byte[0]);
    write("empty" + Compressed.GZ.extension(), Compressed.GZ.compress(new byte[0]));
    write("header-only.csv", HEADER.getBytes(UTF_8));
    write("header-without-line-end.csv", HEADER.trim().getBytes(UTF_8));
    write(".hidden.csv", (HEADER + "1,1,5,1\n").getBytes(UTF_8));

    TestPipeline pipeline = runner.pipeline();
    PAssert.that("the directory", totals(pipeline, "all", AggregateRatings.from("" + directory)))
        .containsInAnyOrder(oracle(lines, 13));
    PAssert.that(
            "several files",
            totals(pipeline, "several", AggregateRatings.from(path("plain.csv"), path("one.gz"))))
        .containsInAnyOrder(oracle(lines, 2));
    PAssert.that("a glob", totals(pipeline, "glob", AggregateRatings.from(path("*.csv"))))
        .containsInAnyOrder(oracle(lines, 7)); // not the hidden one
    PAssert.that(
            "nothing",
            totals(
                pipeline,
                "nothing",
                AggregateRatings.from(
                    path("empty.csv"), path("empty.gz"), path("header-only.csv"))))
        .empty();
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource
  void findsColumnsByPositionWithoutAHeader(Runner runner) throws Exception {
    List<String> lines = lines(50);
    write("plain.tsv", (String.join("", lines)).replace(",", "\t").getBytes(UTF_8));
    write("turned.txt", bare(turned(String.join("", lines)), ';', ";é;\"x;y\"").getBytes(UTF_8));
    RatingFormat tabs =
        new RatingFormat(false, "\t", "2", "3", RatingFormat.NONE, RatingFormat.NONE);
    RatingFormat turned = new RatingFormat(false, ";", "3", "2", "4", "1");
    TestPipeline pipeline = runner.pipeline();
    PAssert.that(
            totals(pipeline, "tabs", AggregateRatings.from(path("plain.tsv")).withFormat(tabs)))
        .containsInAnyOrder(oracle(lines, 1));
    PAssert.that(
            totals(
                pipeline, "turned", AggregateRatings.from(path("turned.txt")).withFormat(turned)))
        .containsInAnyOrder(oracle(lines, 1));
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource
  void resultsDoNotDependOnParallelism(Runner runner) throws Exception {
    List<String> lines = lines(2_000);
    write("r.csv", (HEADER + String.join("", lines)).getBytes(UTF_8));
    String expected =
        RatingRows.CSV_HEADER
            + "\n"
            + String.join("", oracle(lines, 1).stream().map(r -> csv(r) + "\n").toList());
    int[] parallelisms = {1, 2, 4};
    long[] rangeBytes = {1 << 20, 20_000, 1_500};
    int[] shards = {1, 7, 50};
    for (int run = 0; run < parallelisms.length; run++) {
      TestPipeline pipeline = runner.pipeline(parallelisms[run]);
      pipeline
          .apply(
              AggregateRatings.from(path("r.csv"))
                  .withRanges(new RangePlan(64, rangeBytes[run], rangeBytes[run], 100))
                  .withShards(shards[run]))
          .apply(
              WriteTextFile.<MovieRating>to(
                      path("out-" + run),
                      RatingRows::toCsv,
                      (a, b) -> Long.compare(a.movieId(), b.movieId()))
                  .withHeader(RatingRows.CSV_HEADER));
      pipeline.run().waitUntilFinish();
      assertThat(directory.resolve("out-" + run)).hasContent(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shardBlocksAreSortedAndHoldMoviesOnce(Runner runner) throws Exception {
    StringBuilder text = new StringBuilder(HEADER);
    for (int movie = 5_000; movie > 0; movie--) {
      text.append("1,").append(movie).append(",4,1\n");
    }
    write("r.csv", text.toString().getBytes(UTF_8));
    TestPipeline pipeline = runner.pipeline();
    PCollection<Integer> sizes =
        pipeline
            .apply(
                AggregateRatings.from(path("r.csv"))
                    .withRanges(new RangePlan(64, 5_000, 5_000, 20))
                    .withShards(2))
            .apply(
                FlatMapElements.into(TypeDescriptor.of(Integer.class))
                    .via(AggregateRatingsTest::sizeIfSorted));
    PAssert.that(sizes)
        .satisfies(
            all -> {
              List<Integer> list = new ArrayList<>();
              all.forEach(list::add);
              assertThat(list).hasSize(6).filteredOn(size -> size == 1_000).hasSize(4);
              assertThat(list.stream().mapToInt(size -> size).sum()).isEqualTo(5_000);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @EnumSource
  void damagedLinesFailWithPlaceReasonAndText(Runner runner) throws Exception {
    String damaged = "1,2,4.5,17" + "x".repeat(300);
    write("r.csv", (HEADER + "1,2,4.5,17\n" + damaged + "\n1,2,4.5,17\n").getBytes(UTF_8));
    assertThatThrownBy(() -> run(runner, AggregateRatings.from(path("r.csv"))))
        .satisfies(
            fault ->
                assertThat(messageOf(fault))
                    .isEqualTo(
                        "%s, byte 43: the timestamp '17%s…' is not a whole number; the line is:"
                            + " %s… (310 characters)",
                        path("r.csv"), "x".repeat(38), damaged.substring(0, 200)));
  }

  @ParameterizedTest
  @EnumSource
  void damagedLinesBecomeDeadLetters(Runner runner) throws Exception {
    List<String> good = lines(500);
    List<String> mixed = new ArrayList<>(good);
    mixed.add(400, "a,b,c,d\n");
    mixed.add(200, "1,2\n");
    mixed.add(0, "1,2,3,4,5\r\n");
    write("r.csv", (HEADER + String.join("", mixed)).getBytes(UTF_8));
    String text = HEADER + String.join("", mixed);
    String expected =
        letter(text.indexOf("1,2,3,4,5"), "5 fields, but the header has 4", "1,2,3,4,5")
            + letter(text.indexOf("\n1,2\n") + 1, "2 fields, but the header has 4", "1,2")
            + letter(text.indexOf("a,b"), "the user 'a' is not a whole number", "a,b,c,d");
    long badBefore = Counted.BAD_RECORDS.inThisJvm();

    TestPipeline pipeline = runner.pipeline();
    AggregateRatings aggregate =
        AggregateRatings.from(path("r.csv")).withRanges(new RangePlan(64, 1_000, 1_000, 20));
    PAssert.that(withDeadLetters(pipeline, aggregate, 3, "bad.jsonl", 3))
        .containsInAnyOrder(oracle(good, 1));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();

    assertThat(directory.resolve("bad.jsonl")).hasContent(expected);
    assertThat(Counted.BAD_RECORDS.inThisJvm() - badBefore).isEqualTo(3);
    assertThat(counter(result, Counted.BAD_RECORDS)).isEqualTo(3);
    assertThat(counter(result, Counted.ROWS_READ)).isEqualTo(500);
    assertThat(counter(result, Counted.BYTES_READ)).isEqualTo(text.length());
  }

  @ParameterizedTest
  @EnumSource
  void countsBytesOfFilesAsStored(Runner runner) throws Exception {
    byte[] plain = (HEADER + String.join("", lines(3_000))).getBytes(UTF_8);
    byte[] zipped = Compressed.GZ.compress(plain);
    write("r.csv", plain);
    write("r.csv.gz", zipped);
    TestPipeline pipeline = runner.pipeline();
    pipeline.apply(
        AggregateRatings.from(path("r.csv*")).withRanges(new RangePlan(64, 3_333, 3_333, 100)));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    assertThat(counter(result, Counted.BYTES_READ)).isEqualTo(plain.length + zipped.length);
    assertThat(counter(result, Counted.ROWS_READ)).isEqualTo(6_000);
  }

  @ParameterizedTest
  @EnumSource
  void moreBadRecordsThanAllowedFailTheRun(Runner runner) throws Exception {
    write("r.csv", (HEADER + "1,2,3\n1,2,4\n1,2,3,4\n").getBytes(UTF_8));
    assertThatThrownBy(
            () -> {
              TestPipeline pipeline = runner.pipeline();
              withDeadLetters(pipeline, AggregateRatings.from(path("r.csv")), 1, "bad.jsonl", 9);
              pipeline.run().waitUntilFinish();
            })
        .satisfies(
            fault ->
                assertThat(messageOf(fault))
                    .isEqualTo(
                        "more than 1 bad records (--maxBadRecords): 2 × N fields, but the header"
                            + " has N; for example %1$s, byte 32: 3 fields, but the header has 4;"
                            + " the line is: 1,2,3; %1$s, byte 38: 3 fields, but the header has 4;"
                            + " the line is: 1,2,4",
                        path("r.csv")));
  }

  @ParameterizedTest
  @EnumSource
  void limitsBadRecordsOfAllReadersTogether(Runner runner) throws Exception {
    write("a.csv", (HEADER + "1,2,3\n").getBytes(UTF_8));
    write("b.csv", (HEADER + "1,2,4\n").getBytes(UTF_8));
    AggregateRatings aggregate = AggregateRatings.from(path("?.csv"));
    assertThatThrownBy(
            () -> {
              TestPipeline pipeline = runner.pipeline();
              withDeadLetters(pipeline, aggregate, 2, "bad.jsonl", 1);
              pipeline.run().waitUntilFinish();
            })
        .satisfies(
            fault ->
                assertThat(messageOf(fault))
                    .startsWith(
                        "2 records are in %s, more than the 1 allowed (--maxBadRecords): 2 × N"
                            .formatted(path("bad.jsonl")))
                    .contains("the line is: 1,2,3; ")
                    .endsWith("the line is: 1,2,4"));
    assertThat(Files.readAllLines(directory.resolve("bad.jsonl"))).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Compressed.class)
  void truncatedFileFailsRunWithItsName(Compressed format) throws Exception {
    String text = HEADER + String.join("", lines(20_000));
    byte[] whole = format.compress(text.getBytes(UTF_8));
    String name = "r" + format.extension();
    write(name, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> run(Runner.DIRECT, AggregateRatings.from(path(name))))
        .satisfies(
            fault -> assertThat(messageOf(fault)).startsWith("cannot read " + path(name) + ": "));
  }

  @ParameterizedTest
  @EnumSource
  void missingColumnFailsRunWithFileAndHeader(Runner runner) throws Exception {
    write("r.csv", "user,film,stars\n1,2,3\n".getBytes(UTF_8));
    assertThatThrownBy(() -> run(runner, AggregateRatings.from(path("r.csv"))))
        .satisfies(
            fault ->
                assertThat(messageOf(fault))
                    .isEqualTo(
                        "%s has no column 'movieId': its first line is 'user,film,stars'",
                        path("r.csv")));
  }

  @Test
  void aPatternThatMatchesNothingFailsTheRun() {
    assertThatThrownBy(() -> run(Runner.DIRECT, AggregateRatings.from(path("*.csv"))))
        .satisfies(
            fault -> assertThat(messageOf(fault)).isEqualTo("no file matches '%s'", path("*.csv")));
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AggregateRatings.from("a").withShards(0))
        .withMessage("the number of shards must be 1 to 4096, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AggregateRatings.from("a").withRanges(new RangePlan(16, 2, 1, 1)))
        .withMessage("maxRangeBytes must be >= minRangeBytes 2, got 1");
  }

  private PCollection<MovieRating> withDeadLetters(
      TestPipeline pipeline, AggregateRatings aggregate, long maxOfReader, String name, long max)
      throws Exception {
    try (BadRecordErrorHandler<?> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(path(name), max))) {
      return totals(
          pipeline, "aggregate", aggregate.withBadRecordErrorHandler(handler, maxOfReader));
    }
  }

  private static void run(Runner runner, AggregateRatings aggregate) {
    TestPipeline pipeline = runner.pipeline();
    pipeline.apply(aggregate);
    pipeline.run().waitUntilFinish();
  }

  private static PCollection<MovieRating> totals(
      TestPipeline pipeline, String name, AggregateRatings aggregate) {
    return pipeline
        .apply(name, aggregate)
        .apply(
            name + ": unpack",
            FlatMapElements.into(TypeDescriptor.of(MovieRating.class)).via(Block::records))
        .setCoder(MovieRating.coder());
  }

  private static List<Integer> sizeIfSorted(Block<MovieRating> block) {
    List<Long> movies = block.records().stream().map(MovieRating::movieId).toList();
    return movies.equals(movies.stream().distinct().sorted().toList())
        ? List.of(block.size())
        : List.of();
  }

  private static long counter(PipelineResult result, Counted counted) {
    Iterable<MetricResult<Long>> counters =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(Counted.NAMESPACE, counted.metricName()))
                    .build())
            .getCounters();
    long sum = 0;
    for (MetricResult<Long> counter : counters) {
      sum += counter.getAttempted();
    }
    return sum;
  }

  /** The message of the user's mistake, however the runner has wrapped it. */
  private static String messageOf(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof BadInputException) {
        return String.valueOf(cause.getMessage());
      }
    }
    throw new AssertionError("no BadInputException among the causes", fault);
  }

  private String letter(long offset, String reason, String record) {
    return new DeadLetter(path("r.csv"), offset, reason, record).toJson() + "\n";
  }

  /** Ratings of a few popular and many other movies, with negative ids and ratings among them. */
  private static List<String> lines(int count) {
    Random random = new Random(42);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long movie = random.nextInt(3) == 0 ? random.nextInt(5) : random.nextInt(count) - 50;
      BigDecimal rating = BigDecimal.valueOf(random.nextInt(5_000) - 100, random.nextInt(4));
      lines.add("%s,%s,%s,%s%n".formatted(i, movie, rating, 1_500_000_000L + i));
    }
    return lines;
  }

  /** The columns in the order timestamp, rating, movie, user. */
  private static String turned(String text) {
    return text.replaceAll("([^,\n]+),([^,\n]+),([^,\n]+),([^,\n]+)", "$4,$3,$2,$1");
  }

  private static String bare(String text, char delimiter, String rest) {
    return text.replace(',', delimiter).replace("\n", rest + "\n");
  }

  private static List<MovieRating> oracle(List<String> lines, int times) {
    ExactTotals exact = new ExactTotals();
    for (String line : Collections.nCopies(times, lines).stream().flatMap(List::stream).toList()) {
      String[] fields = line.split(",");
      exact.add(Long.parseLong(fields[1]), new BigDecimal(fields[2]));
    }
    return exact.totals();
  }

  /** The row as it must be, without the code under test. */
  private static String csv(MovieRating rating) {
    BigDecimal sum = BigDecimal.valueOf(rating.sumThousandths(), 3);
    return "%s,%s,%s,%s,%s,%s"
        .formatted(
            rating.movieId(),
            rating.count(),
            sum,
            sum.divide(BigDecimal.valueOf(rating.count()), 6, RoundingMode.HALF_UP),
            BigDecimal.valueOf(rating.minThousandths(), 3),
            BigDecimal.valueOf(rating.maxThousandths(), 3));
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(directory.resolve(name), bytes);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(a);
    all.writeBytes(b);
    return all.toByteArray();
  }
}
