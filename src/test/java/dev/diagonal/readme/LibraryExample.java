package dev.diagonal.readme;

import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.ratings.AggregateRatings;
import dev.diagonal.ratings.RatingRows;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * The example of README and docs/library.md: the imports, and the lines between the marks. {@code
 * ReadmeTest} keeps them the same.
 */
final class LibraryExample {

  private LibraryExample() {}

  static State run(String files, String jdbcUrl, String user, String... args) throws Exception {
    // README begins
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(args).create());
    JdbcTarget database = JdbcTarget.at(jdbcUrl).withUser(user);
    Table table = RatingRows.table("movie_ratings_example");
    CreateTable.ifMissing(database, table);

    pipeline
        .apply("Total by movie", AggregateRatings.from(files))
        .apply("Upsert", WriteToJdbc.of(JdbcWrite.upsert(database, table, RatingRows::bind)));

    State state = pipeline.run().waitUntilFinish();
    // README ends
    return state;
  }
}
