package dev.diagonal.internal.jobs.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.jdbc.sql.Identifiers;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jobs.schema.JobTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SQL resources of this package, which psql can run unchanged. Replaces the quoted names in
 * them by other quoted names. The caller creates schemas.
 */
public final class JobScript {

  private static final String CREATE_SCHEMA = "CREATE SCHEMA";
  private static final Pattern STATEMENT_OR_NAME =
      Pattern.compile(CREATE_SCHEMA + " IF NOT EXISTS \"\\w+\";|\"\\w+\"\\.\"\\w+\"|\"\\w+\"");

  private static final Pattern MOVIES = Pattern.compile("(\"?movie_id\"? +)bigint");

  private static final String CLAIMABLE = "_claimable";

  private JobScript() {}

  /** Returns the script that creates the job table. */
  public static String batches(JobTables tables) {
    String index = lastName(tables.batches());
    while (!Identifiers.fits(index + CLAIMABLE)) {
      index = index.substring(0, index.offsetByCodePoints(index.length(), -1));
    }
    return script(
        read("jobs_init.sql"),
        Map.of(
            "\"jobs\".\"aggregation_batches\"",
            tables.batches(),
            "\"aggregation_batches_claimable\"",
            index + CLAIMABLE));
  }

  /** Returns the script that creates the tables of the totals. */
  public static String totals(JobTables tables) {
    return script(
        withMovies(tables, read("postgres_staging_init.sql")),
        Map.of(
            "\"staging\".\"movie_ratings\"", tables.staging(),
            "\"public\".\"movie_rating_totals\"", tables.totals()));
  }

  /**
   * Returns the script that creates the table of the ratings.
   *
   * @param onePerUserAndMovie whether it holds one rating per user and movie
   */
  public static String ratings(JobTables tables, boolean onePerUserAndMovie) {
    String script = ratings(tables);
    return onePerUserAndMovie
        ? script
            + "ALTER TABLE %s ADD UNIQUE (%s, %s);"
                .formatted(tables.ratingsSql(), tables.userSql(), tables.movieSql())
        : script;
  }

  private static String ratings(JobTables tables) {
    return script(
        withMovies(tables, read("ratings_init.sql")),
        Map.of(
            "\"public\".\"ratings\"", tables.ratings(),
            "\"rating_id\"", tables.idColumn(),
            "\"user_id\"", tables.userColumn(),
            "\"movie_id\"", tables.movieColumn(),
            "\"rating\"", tables.ratingColumn()));
  }

  /** Sets the type of the movie column, in the names of the resources. */
  private static String withMovies(JobTables tables, String script) {
    return MOVIES.matcher(script).replaceAll("$1" + tables.movieType());
  }

  private static String script(String sql, Map<String, String> names) {
    // One pass, so that replacements are not replaced again.
    return STATEMENT_OR_NAME
        .matcher(sql)
        .replaceAll(found -> Matcher.quoteReplacement(replacement(found.group(), names)));
  }

  private static String replacement(String written, Map<String, String> names) {
    String name = names.get(written);
    if (name == null) {
      return written.startsWith(CREATE_SCHEMA) ? "" : written;
    }
    return written.contains(".") ? PostgresSql.quoteTable(name) : PostgresSql.quote(name);
  }

  private static String lastName(String table) {
    return table.substring(table.indexOf('.') + 1);
  }

  private static String read(String resource) {
    try (InputStream in = JobScript.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
