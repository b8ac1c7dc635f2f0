package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.requiredTexts;

import dev.diagonal.block.Block;
import dev.diagonal.files.ReadLines;
import dev.diagonal.ratings.AggregateRatings;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** {@link AggregateRatings} with rows as output. */
public final class AggregateRatingsProvider extends Provider {

  public AggregateRatingsProvider() {
    super(
        "aggregate_ratings",
        "Totals the ratings of files by movie, exactly: emits a row per movie with movie_id,"
            + " rating_count, rating_sum, rating_mean, rating_min and rating_max.",
        false,
        List.of(
            requiredTexts("files", "Files, globs or directories; plain, gz, bz2 or zst."),
            optional("movie_column", FieldType.STRING, "The column of the movie; default movieId."),
            optional(
                "rating_column", FieldType.STRING, "The column of the rating; default rating."),
            optional(
                "delimiter", FieldType.STRING, "The text between two fields; default a comma."),
            optional(
                "header",
                FieldType.BOOLEAN,
                "Whether the first line of every file is a header; default true. Without one,"
                    + " columns are positions from 1."),
            optional(
                "text_movies",
                FieldType.BOOLEAN,
                "Whether movies are texts; otherwise 64-bit whole numbers. Default false."),
            optional(
                "max_bad_records",
                FieldType.INT32,
                "With error_handling: fails the run when one reader has found more bad records;"
                    + " default 10000.")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors) {
    boolean textMovies = settings.flag("text_movies", false);
    boolean header = settings.flag("header", true);
    RatingFormat usual = header ? RatingFormat.MOVIELENS : RatingFormat.MOVIELENS.withoutHeader();
    RatingFormat format =
        new RatingFormat(
                header,
                settings.text("delimiter", usual.delimiter()),
                settings.text("movie_column", usual.movieColumn()),
                settings.text("rating_column", usual.ratingColumn()),
                header ? usual.userColumn() : RatingFormat.NONE,
                header ? usual.timestampColumn() : RatingFormat.NONE)
            .withTextMovies(textMovies);
    AggregateRatings totals = AggregateRatings.from(settings.texts("files")).withFormat(format);
    int most = settings.number("max_bad_records", (int) ReadLines.DEFAULT_MAX_BAD_RECORDS);
    Schema schema = schema(textMovies);
    return input
        .getPipeline()
        .apply(
            "Total by movie",
            errors == null ? totals : totals.withBadRecordErrorHandler(errors, most))
        .apply("To rows", ParDo.of(new RowsFn(schema)))
        .setRowSchema(schema);
  }

  private static Schema schema(boolean textMovies) {
    return Schema.builder()
        .addField("movie_id", textMovies ? FieldType.STRING : FieldType.INT64)
        .addInt64Field("rating_count")
        .addDecimalField("rating_sum")
        .addDecimalField("rating_mean")
        .addDecimalField("rating_min")
        .addDecimalField("rating_max")
        .build();
  }

  private static final class RowsFn extends DoFn<Block<MovieRating>, Row> {
    private final Schema schema;

    RowsFn(Schema schema) {
      this.schema = schema;
    }

    @ProcessElement
    public void convert(@Element Block<MovieRating> block, OutputReceiver<Row> rows) {
      for (MovieRating rating : block.records()) {
        rows.output(
            Row.withSchema(schema)
                .addValue(rating.name() == null ? rating.movieId() : rating.name())
                .addValues(rating.count(), rating.sum(), rating.mean(), rating.min(), rating.max())
                .build());
      }
    }
  }
}
