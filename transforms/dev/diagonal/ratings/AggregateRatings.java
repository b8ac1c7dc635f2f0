package dev.diagonal.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.files.RangePlan;
import dev.diagonal.files.ReadLines;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.ratings.MovieTotals;
import dev.diagonal.internal.ratings.RatingReaders;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Computes the totals of every movie from files of ratings.
 *
 * <p>Each reader totals the ratings that it reads in arrays of primitive numbers. It emits one
 * table per shard and bundle, and a single {@code GroupByKey} with one key per shard groups these
 * tables.
 *
 * <p>Output: blocks of up to {@value #BLOCK_RATINGS} movies, ascending within a block and between
 * the blocks of a shard; every movie once; in the global window. Sums are exact and the same on
 * every runner and at every parallelism.
 *
 * <p>Ratings are decimals of up to three fraction digits and at most 1,000,000; movies are 64-bit
 * numbers. Files, line ends, compression and bad records: see {@link ReadLines}.
 */
public final class AggregateRatings extends PTransform<PBegin, PCollection<Block<MovieRating>>> {

  private static final int BLOCK_RATINGS = 1_000;

  private final List<String> patterns;
  private final RatingFormat format;
  private final SkippedLines skipped;
  private final Shards shards;
  private final RangePlan ranges;
  private final long maxBadRecords;
  private final @Nullable RecordFormat records;
  private final long limit;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private AggregateRatings(
      List<String> patterns,
      RatingFormat format,
      SkippedLines skipped,
      Shards shards,
      RangePlan ranges,
      long maxBadRecords,
      @Nullable RecordFormat records,
      long limit,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.patterns = patterns;
    this.format = format;
    this.skipped = skipped;
    this.shards = shards;
    this.ranges = ranges;
    this.maxBadRecords = maxBadRecords;
    this.records = records;
    this.limit = limit;
    this.errorHandler = errorHandler;
  }

  /** Totals the ratings of these files, globs or directories, in the format of MovieLens. */
  public static AggregateRatings from(String... patterns) {
    return from(List.of(patterns));
  }

  /** Totals the ratings of these files, globs or directories, in the format of MovieLens. */
  public static AggregateRatings from(List<String> patterns) {
    return new AggregateRatings(
        List.copyOf(patterns),
        RatingFormat.MOVIELENS,
        SkippedLines.NONE,
        Shards.DEFAULT,
        RangePlan.DEFAULT,
        ReadLines.DEFAULT_MAX_BAD_RECORDS,
        null,
        ReadLines.NO_LIMIT,
        null);
  }

  /** Sets the columns and the delimiter of the files. */
  public AggregateRatings withFormat(RatingFormat format) {
    return new AggregateRatings(
        patterns, format, skipped, shards, ranges, maxBadRecords, records, limit, errorHandler);
  }

  /** Sets which lines are not records, as {@link ReadLines#withSkipped} does. */
  public AggregateRatings withSkipped(SkippedLines lines) {
    return new AggregateRatings(
        patterns, format, lines, shards, ranges, maxBadRecords, records, limit, errorHandler);
  }

  /** Sets the number of shards that movies are assigned to; default 16. */
  public AggregateRatings withShards(int shards) {
    return new AggregateRatings(
        patterns,
        format,
        skipped,
        new Shards(shards),
        ranges,
        maxBadRecords,
        records,
        limit,
        errorHandler);
  }

  /** Sets how the files are cut, as {@link ReadLines#withRanges} does. */
  public AggregateRatings withRanges(RangePlan ranges) {
    return new AggregateRatings(
        patterns, format, skipped, shards, ranges, maxBadRecords, records, limit, errorHandler);
  }

  /**
   * Sends bad records to a handler instead of failing on the first one; {@code maxBadRecords} as in
   * {@link ReadLines#withMaxBadRecords}.
   */
  public AggregateRatings withBadRecordErrorHandler(
      ErrorHandler<BadRecord, ?> errorHandler, long maxBadRecords) {
    return new AggregateRatings(
        patterns, format, skipped, shards, ranges, maxBadRecords, records, limit, errorHandler);
  }

  /** Also reads files of a format that is not text, as {@link ReadLines#withRecords} does. */
  public AggregateRatings withRecords(RecordFormat records) {
    return new AggregateRatings(
        patterns, format, skipped, shards, ranges, maxBadRecords, records, limit, errorHandler);
  }

  /** Reads only the first records, as {@link ReadLines#withLimit} does. */
  public AggregateRatings withLimit(long most) {
    return new AggregateRatings(
        patterns, format, skipped, shards, ranges, maxBadRecords, records, most, errorHandler);
  }

  @Override
  public PCollection<Block<MovieRating>> expand(PBegin input) {
    RatingFormat ratingFormat = format;
    Shards ratingShards = shards;
    ReadLines<KV<Integer, byte[]>> totals =
        ReadLines.from(patterns)
            .into(
                () -> RatingReaders.reader(ratingFormat, ratingShards),
                KvCoder.of(VarIntCoder.of(), ByteArrayCoder.of()))
            .withHeader(format.header())
            .withSkipped(skipped)
            .withRanges(ranges)
            .withMaxBadRecords(maxBadRecords)
            .withRecords(records)
            .withLimit(limit);
    return input
        .apply("Total in the readers", totals.withBadRecordErrorHandler(errorHandler))
        .apply("Bring shards together", GroupByKey.create())
        .apply("Merge", ParDo.of(new MergeTotalsFn(ratingFormat.textMovies())))
        .setCoder(
            Block.coder(ratingFormat.textMovies() ? MovieRating.textCoder() : MovieRating.coder()));
  }

  /** Sums the tables of one shard. */
  private static final class MergeTotalsFn
      extends DoFn<KV<Integer, Iterable<byte[]>>, Block<MovieRating>> {

    private final boolean textMovies;

    MergeTotalsFn(boolean textMovies) {
      this.textMovies = textMovies;
    }

    @ProcessElement
    public void merge(
        @Element KV<Integer, Iterable<byte[]>> shard, OutputReceiver<Block<MovieRating>> output) {
      List<MovieRating> ratings = new ArrayList<>(BLOCK_RATINGS);
      Consumer<MovieRating> blocks =
          rating -> {
            ratings.add(rating);
            if (ratings.size() == BLOCK_RATINGS) {
              output.output(new Block<>(ratings));
              ratings.clear();
            }
          };
      MovieTotals totals = MovieTotals.of(textMovies);
      shard.getValue().forEach(totals::addEncoded);
      totals.forEachSorted(blocks);
      if (!ratings.isEmpty()) {
        output.output(new Block<>(ratings));
      }
    }
  }
}
