package dev.diagonal.jobs.schema;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The tables of a job. A table is {@code table} or {@code schema.table}; all names are exactly as
 * in the database, and are always quoted in SQL.
 *
 * @param ratings the ratings
 * @param idColumn their key, a whole number that is never null, under which no row is ever changed
 * @param userColumn the user; only for loading
 * @param movieColumn the movie: a whole number, or a text if {@code textMovies}
 * @param ratingColumn the rating: a whole number, {@code numeric}, {@code real} or {@code double
 *     precision} of up to three fraction digits
 * @param batches the job table
 * @param staging the totals of each batch
 * @param totals the published totals of all batches
 * @param textMovies whether movies are texts; otherwise whole numbers
 */
public record JobTables(
    String ratings,
    String idColumn,
    String userColumn,
    String movieColumn,
    String ratingColumn,
    String batches,
    String staging,
    String totals,
    boolean textMovies)
    implements Serializable {

  /** The column with the place of a loaded rating in its file. */
  public static final String PLACE = "place";

  /** The default names, as in the SQL resources. */
  public static final JobTables DEFAULT =
      new JobTables(
          "public.ratings",
          "rating_id",
          "user_id",
          "movie_id",
          "rating",
          "jobs.aggregation_batches",
          "staging.movie_ratings",
          "public.movie_rating_totals");

  /** Names the tables and columns of ratings whose movies are numbers. */
  public JobTables(
      String ratings,
      String idColumn,
      String userColumn,
      String movieColumn,
      String ratingColumn,
      String batches,
      String staging,
      String totals) {
    this(ratings, idColumn, userColumn, movieColumn, ratingColumn, batches, staging, totals, false);
  }

  /**
   * @throws IllegalArgumentException if a name is invalid, or two tables or two columns have the
   *     same name
   */
  public JobTables {
    Table unused =
        new Table(
            ratings,
            Stream.of(idColumn, userColumn, movieColumn, ratingColumn)
                .map(name -> Column.key(name, "bigint"))
                .toList());
    List<String> names = List.of(ratings, batches, staging, totals);
    names.forEach(Table::checkName);
    checkArgument(
        names.stream().distinct().count() == names.size(),
        "the four tables of a job must have different names, got %s",
        names);
  }

  /** Names the table of ratings, its key, and the columns of the movie and the rating. */
  public JobTables withRatings(
      String table, String idColumn, String movieColumn, String ratingColumn) {
    return with(
        copy -> {
          copy.ratings = table;
          copy.idColumn = idColumn;
          copy.movieColumn = movieColumn;
          copy.ratingColumn = ratingColumn;
        });
  }

  /** Names the column of the user, which is only used for loading. */
  public JobTables withUserColumn(String userColumn) {
    return with(copy -> copy.userColumn = userColumn);
  }

  /** Names the job table. */
  public JobTables withBatches(String batches) {
    return with(copy -> copy.batches = batches);
  }

  /** Names the table of the totals of each batch. */
  public JobTables withStaging(String staging) {
    return with(copy -> copy.staging = staging);
  }

  /** Names the table of the published totals. */
  public JobTables withTotals(String totals) {
    return with(copy -> copy.totals = totals);
  }

  /** Sets whether movies are texts. */
  public JobTables withTextMovies(boolean text) {
    return with(copy -> copy.textMovies = text);
  }

  /** Returns the type of the column of movies, in the tables that Diagonal creates. */
  public String movieType() {
    return textMovies ? "text" : "bigint";
  }

  /** Returns the mark of the batches of these ratings. */
  public String source() {
    return "%s (%s, %s, %s)".formatted(ratingsSql(), idSql(), movieSql(), ratingSql());
  }

  public String ratingsSql() {
    return PostgresSql.quoteTable(ratings);
  }

  public String idSql() {
    return PostgresSql.quote(idColumn);
  }

  public String userSql() {
    return PostgresSql.quote(userColumn);
  }

  public String movieSql() {
    return PostgresSql.quote(movieColumn);
  }

  public String ratingSql() {
    return PostgresSql.quote(ratingColumn);
  }

  public String batchesSql() {
    return PostgresSql.quoteTable(batches);
  }

  public String stagingSql() {
    return PostgresSql.quoteTable(staging);
  }

  public String totalsSql() {
    return PostgresSql.quoteTable(totals);
  }

  private JobTables with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.done();
  }

  /** A copy of the names to be changed. */
  private static final class Copy {
    private String ratings;
    private String idColumn;
    private String userColumn;
    private String movieColumn;
    private String ratingColumn;
    private String batches;
    private String staging;
    private String totals;
    private boolean textMovies;

    Copy(JobTables from) {
      ratings = from.ratings;
      idColumn = from.idColumn;
      userColumn = from.userColumn;
      movieColumn = from.movieColumn;
      ratingColumn = from.ratingColumn;
      batches = from.batches;
      staging = from.staging;
      totals = from.totals;
      textMovies = from.textMovies;
    }

    JobTables done() {
      return new JobTables(
          ratings,
          idColumn,
          userColumn,
          movieColumn,
          ratingColumn,
          batches,
          staging,
          totals,
          textMovies);
    }
  }
}
