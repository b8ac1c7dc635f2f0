package example;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Secret;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.ratings.AggregateRatings;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.ratings.data.MovieRating;
import java.sql.SQLException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.values.PCollection;

/** Totals files of ratings by movie into a table of PostgreSQL. */
public final class MovieTotals {

  /** The options of the command line. */
  public interface Options extends PipelineOptions {
    @Description("Files of ratings: a file, glob or directory")
    @Required
    String getInput();

    void setInput(String input);

    @Description("The database, such as jdbc:postgresql://db:5432/movies")
    @Required
    String getJdbcUrl();

    void setJdbcUrl(String jdbcUrl);

    @Description("The user; the password is in the environment variable DATABASE_PASSWORD")
    @Required
    String getJdbcUser();

    void setJdbcUser(String jdbcUser);
  }

  private MovieTotals() {}

  public static void main(String[] args) throws SQLException, InterruptedException {
    PipelineOptionsFactory.register(Options.class);
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    String password = System.getenv("DATABASE_PASSWORD");
    JdbcTarget database =
        new JdbcTarget(
            options.getJdbcUrl(),
            options.getJdbcUser(),
            password == null ? null : new Secret(password));
    Table table = RatingRows.table("example_movie_totals");
    CreateTable.ifMissing(database, table);

    Pipeline pipeline = Pipeline.create(options);
    totals(pipeline, options.getInput())
        .apply("Upsert", WriteToJdbc.of(JdbcWrite.upsert(database, table, RatingRows::bind)));
    pipeline.run().waitUntilFinish();
  }

  /** Returns the totals of every movie. */
  static PCollection<Block<MovieRating>> totals(Pipeline pipeline, String input) {
    return pipeline.apply("Total by movie", AggregateRatings.from(input));
  }
}
